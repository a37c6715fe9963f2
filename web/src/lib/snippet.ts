// The first command to try, ready to copy.

/** A `curl` command that sends one sample to the server at `origin`; the key is left for the reader to put in. */
export function curlSnippet(origin: string): string {
  return [
    `curl ${origin}/api/v1/samples \\`,
    `  -H 'Authorization: Bearer YOUR_API_KEY' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"samples":[{"metric":"room_temperature","value":21.5}]}'`,
  ].join('\n');
}
