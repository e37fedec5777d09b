import { may, must, should, type Standard } from './requirement.ts';
import { addressGuard, consentTiers, documents } from './tests.ts';

const NOT_ASKED = documents(
  '30: an address that is not a proper client id, or not public, is not asked > %s',
);
const UNFIT = documents('33: a document that is not fit > %s');
const CONNECTS = documents('real clients connect by their documents, through to a tool call > %s');
const KEPT_FOR = documents('R4: what was read is kept, for all nodes > %s');
const OWN_NETWORK = addressGuard('a name that resolves to %s');

export const CLIENT_DOCUMENTS: Standard = {
  id: 'CIMD',
  title: 'draft-ietf-oauth-client-id-metadata-document: Client ID Metadata Documents',
  url: 'https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/',
  requirements: [
    must(
      'CIMD-3-form',
      '3',
      'A client id that is a URL is https with a path, without dot segments, fragment, user or password.',
      NOT_ASKED,
    ),
    must(
      'CIMD-3-simple-comparison',
      '3',
      'It is compared letter by letter: another spelling is another client.',
      UNFIT,
      NOT_ASKED,
    ),
    should('CIMD-4-fetched', '4', 'The document is read when its client comes.', CONNECTS),
    must(
      'CIMD-4-only-200',
      '4',
      'Only 200 with a JSON body is a document, and redirects are not followed.',
      addressGuard('only 200 will do, not %i'),
      addressGuard('a %i is not followed'),
      addressGuard('a body of type "%s" is not read'),
    ),
    must(
      'CIMD-4.1-own-id',
      '4.1',
      'The document names the URL that it was read from as its client_id.',
      UNFIT,
    ),
    must(
      'CIMD-4.1-no-shared-secret',
      '4.1',
      'A document with a secret, a private key or a way to authenticate by a shared secret names no client.',
      UNFIT,
    ),
    may(
      'CIMD-4.1-unknown-ignored',
      '4.1',
      'Members that we do not know are ignored.',
      documents('unknown members and grant types are ignored, and so are places that no code is sent to'),
    ),
    should(
      'CIMD-4-errors-end-the-request',
      '4',
      'A document that cannot be read or used ends the request on a page that never says why.',
      UNFIT,
      documents('R5: whatever the cause, the page is the same'),
    ),
    must(
      'CIMD-4-redirects-from-document',
      '4',
      'A browser is sent to the places in the document and nowhere else.',
      documents('unknown members and grant types are ignored, and so are places that no code is sent to'),
      documents(
        '33: a place added later counts once the document is read again, and one taken away counts no more',
      ),
    ),
    may(
      'CIMD-4-cached',
      '4',
      'A document is kept as long as its headers say, between five minutes and a day.',
      KEPT_FOR,
      documents('an unchanged document is asked for by its ETag'),
    ),
    must(
      'CIMD-5-advertised',
      '5',
      'The metadata says that such clients are known.',
      documents('the metadata says so, and lists the method that such clients use'),
    ),
    should(
      'CIMD-8-redirect-elsewhere-shown',
      '8',
      'An answer that goes to another host than the client’s shows both.',
      consentTiers('an answer that goes to another host than the app’s shows both'),
    ),
    may(
      'CIMD-8.2-private-key-jwt',
      '8.2',
      'A client may prove itself with the key that its document publishes.',
      documents(
        'ChatGPT, proving itself with a key that it publishes: read with the document, not when it asks for tokens',
      ),
    ),
    should(
      'CIMD-8-host-shown',
      '8',
      'The person sees the host that vouches for the client before the name that it gave itself.',
      CONNECTS,
      consentTiers('identified by its host, approved by an admin, or named by itself; never more than that'),
    ),
    should(
      'CIMD-8.6-no-own-network',
      '8.6',
      'No address of our own network is connected to, whatever a name resolves to.',
      OWN_NETWORK,
      addressGuard('one private answer among public ones refuses them all: %s'),
      addressGuard('a name is resolved once: the answer that was looked at is the one connected to'),
      documents(
        '30 and 31: nor is one whose name leads into our own network, even with public answers beside',
      ),
    ),
    should(
      'CIMD-8-size',
      '8',
      'No more than 5 KiB are read, packed or not.',
      addressGuard('5 KiB are read and one byte more is not: %s'),
      documents('32: a redirect, and a document that unpacks to more than 5 KiB, name no client'),
    ),
    should(
      'CIMD-8-slow',
      '8',
      'A host that drips or never answers is given up.',
      addressGuard('a body that drips is given up when the time is over, however lively it looks'),
      addressGuard('so are a resolver and a host that never answer'),
    ),
    may(
      'CIMD-8-trust-policy',
      '8',
      'An organisation approves or blocks clients by their id or their host.',
      consentTiers('gets a page that says who can unblock it: %s'),
      consentTiers(
        'an approval of a host is for the clients of that host, not for whoever is answered there',
      ),
    ),
    should(
      'CIMD-8-budget',
      '8',
      'Thousands of fresh ids cannot make us read without end.',
      documents(
        '34: thousands of fresh ids on one origin are asked about until its budget is used up; known ones go on',
      ),
      documents('fifty people who come at once have it read once'),
    ),
  ],
};
