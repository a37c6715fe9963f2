// The browser of the journeys.

import { chromium } from 'playwright-core';

const { CHROMIUM = '/usr/bin/chromium', CERTIFICATE_KEY } = process.env;

/** It accepts a certificate with the key CERTIFICATE_KEY (base64 of its SHA-256) whoever has signed it, and no other. */
export function launch() {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  if (CERTIFICATE_KEY) args.push(`--ignore-certificate-errors-spki-list=${CERTIFICATE_KEY}`);
  return chromium.launch({ executablePath: CHROMIUM, args });
}
