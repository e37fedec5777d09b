import { attack, type Claim } from './requirement.ts';
import { png, portalLogos } from './tests.ts';

/** On the pictures that organisations show of themselves, to people and to apps. */
export const ATTACKS_ON_LOGOS: readonly Claim[] = [
  attack(
    163,
    'A picture that somebody uploads is a picture and nothing else: no script, no second file, no picture that fills the memory.',
    png('is not taken as %s'),
    png('is not taken: one %s'),
    png('loses whatever else is in the file'),
    png('of %i by %i pixels is refused before it is unpacked'),
    png('that unpacks to more than it says is stopped there'),
    portalLogos('is never %s'),
    portalLogos('keeps nothing of the file but its pixels'),
    portalLogos('is no way to send megabytes, packed or not'),
    portalLogos('is served as a picture and as nothing else, to whoever has its address'),
  ),
  attack(
    164,
    'Nobody shows a picture in another organisation’s name, nor takes its picture away.',
    portalLogos('is seen and changed by its admins: a %s gets %i and %i'),
    portalLogos('is another organisation’s to neither set nor remove nor read'),
    portalLogos('is not set by who is removed while it is being set'),
    portalLogos('of one organisation stays when another with the same picture removes its own'),
  ),
];
