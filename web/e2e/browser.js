// The browser of the journeys.

import { chromium } from 'playwright-core';
import { BASE_URL } from './people.js';

const { CHROMIUM = '/usr/bin/chromium', CERTIFICATE_KEY } = process.env;

/** It accepts a certificate with the key CERTIFICATE_KEY (base64 of its SHA-256) whoever has signed it, and no other. */
export function launch() {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  if (CERTIFICATE_KEY) args.push(`--ignore-certificate-errors-spki-list=${CERTIFICATE_KEY}`);
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/**
 * A page that shares nothing with others of `browser`. What no journey may meet is added to `faults`: errors of the page,
 * and what its policy forbids.
 */
export async function openPage(browser, faults) {
  const page = await browser.newPage({ baseURL: BASE_URL });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  return page;
}
