import fc from 'fast-check';

/**
 * Property tests draw the same examples on every run, so that a red run says something of the change and not of luck.
 * `npm run fuzz:properties` draws others each time; a failure prints its seed.
 */
const seed = process.env['PROPERTY_SEED'] ?? '20261121';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
