// What every journey does.

/** Waits for the page of this title. */
export async function heading(page, name) {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

/** Waits until the focus is where a person who does not see the page goes on reading. */
export async function focusOn(page, locator) {
  await locator.and(page.locator(':focus')).waitFor();
}

/** Gathers what no journey may meet: errors of the page, and what its policy forbids. */
export function gatherFaults(page, faults) {
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
}
