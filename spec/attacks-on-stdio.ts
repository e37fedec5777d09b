import { attack, type Claim } from './requirement.ts';
import { catalogueDoor, stdioCommand, stdioGateway, stdioStreams } from './tests.ts';

/** On the catalogue that is handed out to a key, and on the program that stands in for us over stdio. */
export const ATTACKS_ON_STDIO: readonly Claim[] = [
  attack(
    170,
    'The catalogue of a key shows nobody more than the key reaches: no other organisation, no tool that writes to who reads, neither addresses nor credentials behind us; and it costs what a call costs.',
    catalogueDoor('without the key itself, %s'),
    catalogueDoor('to a key from the moment on in which it is revoked'),
    catalogueDoor('at a place %s, in the same words'),
    catalogueDoor('beyond the limit that its calls have'),
    catalogueDoor('has what it reaches and nothing else: of its organisation, by its access'),
    catalogueDoor('is a viewer’s for a viewer, whatever the key says'),
    catalogueDoor('says neither where the API is nor what it is shown'),
    catalogueDoor('are in the catalogue without what is the server’s business, and called at the MCP door'),
  ),
  attack(
    171,
    'By stdio nobody gets around what the gateway asks: read-only access, a person’s word, the limits of the key, and its revocation hold as at the doors.',
    stdioGateway(
      'of a tool that there is not is told which there are; so is one that the key does not reach',
    ),
    stdioGateway('that a person has to agree to asks for it, by code or by form, and is not made before'),
    stdioGateway('over the limit of its key is told so, with what is left and how long to wait'),
    stdioGateway('whose key has been revoked says that another one is needed, and the list is an error'),
    stdioGateway('a read-only key finds and calls nothing that changes something'),
  ),
  attack(
    172,
    'The key of the program goes nowhere in clear, to no other host, into no message and no log; and nothing that an app says fills its memory or ends it.',
    stdioCommand('%s: one line, without the key'),
    stdioCommand('before one that sends it elsewhere: the key does not follow'),
    stdioCommand('a secret goes where --credential %s says, and is covered in the answer'),
    stdioStreams('that are %s are told so, and the next one is answered'),
    stdioStreams('that are too long are thrown away to their end, told of once, and fill no memory'),
    stdioStreams('beyond as many as are answered at once are refused, and others go on'),
    stdioStreams('while the client does not read, no more is read of it; then all is answered'),
  ),
];
