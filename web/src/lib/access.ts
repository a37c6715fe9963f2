// Who may use which tool, in words.

import type { AccessCheck, AccessRule, Audience } from '../api/types';

/** Roles, which are named beside groups. */
export const ROLES = ['administrator', 'member'];

/** Who may, as a choice. */
export const AUDIENCES: { value: Audience; text: string }[] = [
  { value: 'signed_in', text: 'Everybody who is signed in' },
  { value: 'groups', text: 'Some groups or roles' },
  { value: 'nobody', text: 'Nobody' },
  { value: 'everybody', text: 'Everybody, signed in or not' },
];

/** A rule in a sentence, such as "Only family may open notes.example.org/admin, with a second factor." */
export function ruleSentence(rule: Omit<AccessRule, 'id'>): string {
  const where = placeWords(rule);
  const doing = rule.methods.length > 0 ? `send ${list(rule.methods, 'and')} to` : 'open';
  const factor = rule.second_factor ? ', with a second factor' : '';
  switch (rule.audience) {
    case 'everybody':
      return `Everybody, signed in or not, may ${doing} ${where}.`;
    case 'nobody':
      return `Nobody may ${doing} ${where}.`;
    case 'signed_in':
      return `Whoever is signed in may ${doing} ${where}${factor}.`;
    case 'groups':
      return `Only ${list(rule.groups.map(groupWords), 'or')} may ${doing} ${where}${factor}.`;
  }
}

/** What would become of a request; `place` is that of the rule in the list, from 1. */
export function outcomeWords({ outcome }: AccessCheck, place: number | undefined): string {
  const by = place ? `Rule ${place} decides: ` : 'No rule is about it: ';
  switch (outcome) {
    case 'pass':
      return `${by}it is opened.`;
    case 'sign_in':
      return `${by}it is opened to some once they are signed in.`;
    case 'second_factor':
      return `${by}it is opened once a second factor is given.`;
    case 'refused':
      return `${by}it is not opened.`;
    case 'ambiguous':
      return 'It is not opened: its path can be read in more than one way, and there are rules by path.';
  }
}

/** `ids` with the one at `index` moved by `by` places, if there is room. */
export function moved(ids: readonly string[], index: number, by: -1 | 1): string[] {
  const [id, other] = [ids[index], ids[index + by]];
  return ids.map((each, place) => (place === index ? other : place === index + by ? id : each) ?? each);
}

function placeWords({ host, path }: Pick<AccessRule, 'host' | 'path'>): string {
  const below = path === '/' ? '' : path;
  return host.startsWith('*.')
    ? `${below || 'anything'} at every host below ${host.slice(2)}`
    : `${host}${below}`;
}

function groupWords(group: string): string {
  return ROLES.includes(group) ? `${group}s` : group;
}

function list(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
