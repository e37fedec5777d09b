import { may, must, should, type Standard } from './requirement.ts';
import { dpopGateway, dpopToken, machines, twoProcesses } from './tests.ts';

const BENT_AT_TOKEN = dpopToken('with %s is refused as invalid_dpop_proof, and the code is not burnt');
const NO_PROOF = dpopToken('attack 51: %s is no proof');
const BENT_AT_RESOURCE = dpopGateway('a proof %s is refused');
const BINDS = dpopToken('by %s binds the access token to its key, and the answer says so');
const REFRESH_BOUND = dpopToken(
  'answer to the key they were issued to, and whoever lacks it cannot end them either',
);

export const RFC9449: Standard = {
  id: 'RFC9449',
  title: 'RFC 9449: Demonstrating Proof of Possession',
  url: 'https://www.rfc-editor.org/rfc/rfc9449',
  requirements: [
    must('RFC9449-4.3-one-header', '4.3', 'Two proofs in one request are none.', NO_PROOF),
    must('RFC9449-4.3-well-formed', '4.3', 'What is no JWT is no proof.', NO_PROOF),
    must('RFC9449-4.3-claims', '4.3', 'A proof without one of its claims is refused.', BENT_AT_TOKEN),
    must('RFC9449-4.3-type', '4.3', 'A proof of another type is refused.', BENT_AT_TOKEN, BENT_AT_RESOURCE),
    must(
      'RFC9449-4.3-algorithm',
      '4.3',
      'It is signed by an asymmetric algorithm of our list, never by none or a shared secret.',
      NO_PROOF,
      BINDS,
    ),
    must('RFC9449-4.3-signature', '4.3', 'The signature must be that of the key in it.', BENT_AT_TOKEN),
    must('RFC9449-4.3-public-key', '4.3', 'A proof that brings a private key is refused.', BENT_AT_TOKEN),
    must(
      'RFC9449-4.3-method',
      '4.3',
      'It is for the method of the request.',
      BENT_AT_TOKEN,
      BENT_AT_RESOURCE,
    ),
    must(
      'RFC9449-4.3-uri',
      '4.3',
      'It is for the URL of the request as the world knows it, query and fragment aside.',
      BENT_AT_TOKEN,
      dpopGateway(
        'behind a proxy, a proof is for our public URL, and the nonce of one node is good on the other',
      ),
      dpopGateway('the query of the request does not count, and that of the proof neither'),
    ),
    must(
      'RFC9449-4.3-nonce',
      '4.3',
      'It holds a nonce of ours.',
      dpopToken('without a nonce of ours is answered 400 use_dpop_nonce with one, and the code is not burnt'),
      dpopGateway('P1: a proof without a nonce of ours is told so, with one'),
    ),
    must('RFC9449-4.3-fresh', '4.3', 'It is from this minute.', BENT_AT_TOKEN, BENT_AT_RESOURCE),
    must(
      'RFC9449-4.3-token-hash',
      '4.3',
      'With an access token it holds the hash of that very token.',
      BENT_AT_RESOURCE,
    ),
    must(
      'RFC9449-4.3-same-key',
      '4.3',
      'Its key is the one that the access token is bound to.',
      BENT_AT_RESOURCE,
    ),
    must(
      'RFC9449-5-invalid-proof',
      '5',
      'A bad proof at the token endpoint is invalid_dpop_proof.',
      BENT_AT_TOKEN,
      NO_PROOF,
    ),
    must('RFC9449-5-token-type', '5', 'A token that is bound is said to be of the type DPoP.', BINDS),
    must(
      'RFC9449-5-every-grant',
      '5',
      'A proof binds the tokens of every grant type.',
      BINDS,
      machines('binds the token to the key of a DPoP proof, and uses a signed assertion once for it'),
    ),
    must(
      'RFC9449-5-refresh-bound',
      '5',
      'The refresh token of a public client is bound to the key that it was issued to.',
      REFRESH_BOUND,
    ),
    may(
      'RFC9449-5-confidential-may-change',
      '5',
      'A confidential client is known by its credential, so it may come with another key.',
      dpopToken('a confidential client proves itself by its secret, so it may change its key'),
    ),
    may(
      'RFC9449-5-bearer-where-not-bound',
      '5',
      'Where a token cannot be bound its type says Bearer.',
      dpopToken(
        'in key mode a proof is checked and answered with a bearer key, which a refresh replaces by proof or without',
      ),
      dpopToken('is not asked of those who send none: they get bearer tokens'),
    ),
    may(
      'RFC9449-5.1-advertised',
      '5.1',
      'The metadata names the algorithms.',
      dpopToken('the metadata lists what a proof may be signed with, and that none is required'),
    ),
    must(
      'RFC9449-6-key-known',
      '6',
      'The resource server sees from the token which key it is bound to.',
      BINDS,
      BENT_AT_RESOURCE,
    ),
    must('RFC9449-6.1-thumbprint', '6.1', 'The token carries the thumbprint of the key.', BINDS),
    must(
      'RFC9449-6.2-introspection',
      '6.2',
      'Introspection tells the type and the key of a bound token.',
      machines('binds the token to the key of a DPoP proof, and uses a signed assertion once for it'),
    ),
    must(
      'RFC9449-7.1-proof-needed',
      '7.1',
      'A bound token without a proof, or with a bad one, opens nothing.',
      dpopGateway('no proof at all is refused'),
      BENT_AT_RESOURCE,
      dpopGateway(
        'a bound token with a fresh proof of its key is let in, and the answer brings the next nonce',
      ),
    ),
    should(
      'RFC9449-7.1-challenge',
      '7.1',
      'The challenge says why, and which algorithms will do.',
      dpopGateway('D1: the challenge lists Bearer first, then DPoP with its algorithms'),
      BENT_AT_RESOURCE,
    ),
    must(
      'RFC9449-7.2-no-downgrade',
      '7.2',
      'A bound token that comes as Bearer is refused.',
      dpopGateway('a bound token sent as Bearer is refused, with a proof or without'),
    ),
    should(
      'RFC9449-7.2-challenges',
      '7.2',
      'Without a credential neither challenge names an error; with one, the error is in the challenge of its scheme.',
      dpopGateway('D1: the challenge lists Bearer first, then DPoP with its algorithms'),
      dpopGateway('a bound token sent as Bearer is refused, with a proof or without'),
      dpopGateway('a bearer token sent as DPoP is refused, whatever proof comes with it'),
    ),
    must(
      'RFC9449-8-use-nonce',
      '8',
      'Without a nonce of ours the token endpoint answers 400 use_dpop_nonce and gives one.',
      dpopToken('without a nonce of ours is answered 400 use_dpop_nonce with one, and the code is not burnt'),
    ),
    must(
      'RFC9449-8-nonce-expires',
      '8',
      'An old nonce is refused.',
      dpopToken('may hold the nonce of this window or the one before, not an older one'),
    ),
    may(
      'RFC9449-8.2-next-nonce',
      '8.2',
      'A successful answer brings the next nonce.',
      dpopGateway(
        'a bound token with a fresh proof of its key is let in, and the answer brings the next nonce',
      ),
    ),
    must(
      'RFC9449-9-resource-nonce',
      '9',
      'Without a nonce of ours the resource answers 401 use_dpop_nonce and gives one.',
      dpopGateway('P1: a proof without a nonce of ours is told so, with one'),
    ),
    must(
      'RFC9449-10-code-bound',
      '10',
      'A code that was asked for with a key’s thumbprint is redeemed by that key alone.',
      dpopToken('is redeemed by the key alone, and no other key or none burns it'),
      dpopToken('%s is no thumbprint'),
    ),
    should(
      'RFC9449-11.1-replay',
      '11.1',
      'A proof is good once, on all nodes together.',
      dpopToken('is good once: the second request with it is refused and changes nothing'),
      dpopGateway('a proof that was used is refused, on the node that saw it and on the other'),
      twoProcesses('is good for one call at both together, for fifty at the same time too'),
    ),
    should(
      'RFC9449-7.1-readable-by-pages',
      '7.1',
      'Pages in a browser can send a proof and read the nonce, at the token endpoint and at the resource.',
      dpopToken('a page in a browser may send a proof and read the nonce'),
      dpopGateway('a page in a browser may send a proof and read the nonce'),
    ),
  ],
};
