import { expect, it } from 'vitest';
import { curlSnippet } from './snippet';

it('is a command for the origin of the page with a body that is JSON', () => {
  const snippet = curlSnippet('https://numbers.example.org');
  expect(snippet).toContain('curl https://numbers.example.org/api/v1/samples');
  const body = /-d '(.*)'$/.exec(snippet)?.[1] ?? '';
  expect(JSON.parse(body)).toEqual({ samples: [{ metric: 'room_temperature', value: 21.5 }] });
});
