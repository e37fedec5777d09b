import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './build/precompress.ts';

export default defineConfig({
  base: '/app/',
  plugins: [react(), precompress()],
  build: {
    outDir: '../server/dist/web',
    emptyOutDir: true,
    // Licences of what is built in ask to go wherever it goes.
    license: { fileName: 'licences.md' },
    // The first releases with light-dark(), so that it stays as it is written.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    cssCodeSplit: false,
    // The policy allows neither inline scripts nor data: scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What most pages share is one file: a dozen files of 300 bytes weigh more, with all their names.
          groups: [
            {
              name: 'common',
              test: /node_modules|\/src\/(?:api|confirm|shell|text|ui)\//,
              minShareCount: 18,
            },
          ],
        },
      },
    },
  },
});
