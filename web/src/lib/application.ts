// Applications that let people sign in with their account here.

/** What an application sent a browser here with. Only the server makes sense of it. */
export type Parameters = Record<string, string>;

/** The parameters of an address, each once. */
export function parameters(query: URLSearchParams): Parameters {
  return Object.fromEntries(query);
}

const SCOPES: Record<string, string> = {
  openid: 'a number that stands for you',
  profile: 'your name, language and time zone',
  email: 'your e-mail address',
  groups: 'your role and your groups here',
  offline_access: 'all of this also while you are away',
};

/** What an application asks to know, each in words; a scope that this page does not know yet is named as it is. */
export function scopeTexts(scopes: readonly string[]): string[] {
  return scopes.map((scope) => SCOPES[scope] ?? scope);
}

/** The addresses of a text, which has one a line. */
export function parseAddresses(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
