// Where a person was going when another tool on the server sent them here to sign in.

/** An address that a link gave, and that only the server decides about. */
export interface Destination {
  /** The host, as a person knows it. */
  host: string;
  /** The path of this server that leads there, if it is allowed. */
  path: string;
}

/** What a person is told of where they go, at the server that they see as `own`. */
export function destinationWords({ host }: Destination, own: string): string {
  return host === own ? 'the application that sent you' : host;
}

/** The destination of the parameter `rd`; nothing when it is no address of the web. */
export function parseDestination(rd: string | null): Destination | undefined {
  const url = rd && URL.canParse(rd) ? new URL(rd) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return undefined;
  }
  return { host: url.host, path: `/auth/return?${new URLSearchParams({ to: url.href })}` };
}
