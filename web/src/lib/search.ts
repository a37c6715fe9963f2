// Finding things in a list by typing.

/** Whether every word typed occurs in one of the texts, in any case. */
export function matches(typed: string, texts: string[]): boolean {
  const haystack = texts.join('\n').toLocaleLowerCase();
  const words = typed.toLocaleLowerCase().split(/\s+/);
  return words.every((word) => haystack.includes(word));
}
