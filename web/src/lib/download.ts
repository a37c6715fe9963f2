// Files that the page hands to the browser.

/** Saves `content` as a file called `name`, as a link for downloading does. */
export function download(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // Browsers read it a moment later, and none says when it is done.
  setTimeout(() => URL.revokeObjectURL(link.href), MINUTE);
}

const MINUTE = 60_000;
