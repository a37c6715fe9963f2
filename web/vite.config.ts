import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const api = process.env['TALLYKEEP_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // Everything is a file with a hash in its name: the server lets browsers keep those for ever.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { '/auth': api, '/api': api, '/docs': api },
  },
  test: { include: ['src/**/*.test.ts'] },
});
