// What every journey does.

/** Waits for the page of this title. */
export async function heading(page, name) {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

/** Waits until the focus is where a person who does not see the page goes on reading. */
export async function focusOn(page, locator) {
  await locator.and(page.locator(':focus')).waitFor();
}

/** Presses what asks first, such as "End…", and then what does it, such as "End". */
export async function confirm(place, act) {
  await place.getByRole('button', { name: `${act}…` }).press('Enter');
  await place.getByRole('button', { name: act, exact: true }).press('Enter');
}

/** Reads the identifier and the secret of an application, which are shown once. */
export async function takeCredentials(page, name) {
  const shown = page.getByRole('region', { name: `The secret of ${name}`, exact: true });
  const secret = await shown.getByRole('region', { name: 'the secret', exact: true }).innerText();
  const id = await shown.locator('p code').innerText();
  await shown.getByRole('button', { name: 'Done' }).press('Enter');
  await focusOn(page, page.getByRole('heading', { name: 'Applications' }));
  return { id: id.trim(), secret: secret.trim() };
}
