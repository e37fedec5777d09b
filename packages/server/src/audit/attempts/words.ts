import type { Step } from './steps.ts';
import type { VerdictCode } from './verdict.ts';

/** What happened, and what would help. */
export interface Words {
  readonly sentence: string;
  /** Empty: there is nothing to do. */
  readonly advice: string;
}

/** Every step as a line of a list. */
export const STEP_WORDS: Readonly<Record<Step, string>> = {
  challenged: 'Asked at the URL and was told to sign in (401)',
  resource_metadata: 'Read where to sign in for this URL',
  server_metadata: 'Read how to sign in here',
  registered: 'Registered itself',
  authorize: 'Sent a browser to sign in',
  sign_in: 'The sign-in page was shown',
  signed_in: 'Somebody signed in',
  consent: 'The question of access was shown',
  denied: 'Access was denied',
  allowed: 'Access was allowed',
  token: 'Traded the code for a token',
  initialize: 'Opened the connection with its token or key',
  tools_list: 'Asked for the list of tools',
  tool_call: 'Called a tool',
};

/** The same where it did not work. */
export const FAILED_STEP_WORDS: Readonly<Partial<Record<Step, string>>> = {
  challenged: 'Came with something that is not valid here (401)',
  registered: 'Could not register',
  authorize: 'Sent a browser, and was refused',
  consent: 'Access could not be asked for',
  allowed: 'Access could not be given',
  token: 'Tried to trade the code for a token, and was refused',
  initialize: 'Could not open the connection',
  tools_list: 'Could not read the list of tools',
  tool_call: 'A call of a tool failed',
};

type Say = (app: string) => Words;

const say =
  (sentence: (app: string) => string, advice = ''): Say =>
  (app) => ({ sentence: sentence(app), advice });

/** For each end that an attempt can come to. `app` stands at the beginning of a sentence, or in it. */
const VERDICTS: Readonly<Record<VerdictCode, Say>> = {
  called: say((app) => `${app} is connected and has called a tool.`),
  call_failed: say(
    (app) => `${app} is connected, but its first call failed.`,
    'The connection works. The audit log says what the API behind the tool answered.',
  ),
  listed: say(
    (app) => `${app} is connected and knows the tools. It has not called one yet.`,
    'Ask it for something that needs a tool.',
  ),
  nothing_listed: say(
    (app) => `${app} opened the connection and never asked for the tools.`,
    'Restart the app, or switch the connector off and on in it.',
  ),
  initialized: say((app) => `${app} has opened the connection.`),
  token_out: say((app) => `${app} has its token and is about to connect.`),
  token_unused: say(
    (app) => `${app} got its token and never came back with it.`,
    'Something between the app and this server may hold its requests back: look for a firewall or a bot filter that stops requests with an Authorization header, then try again.',
  ),
  wrong_verifier: say(
    (app) => `The sign-in was finished, but ${app} redeemed the code with a wrong verifier.`,
    'Start again from the app in one go. If it happens each time, two copies of the app may be mixing up their sign-ins, or the app has a fault: tell its makers “PKCE code_verifier does not match”.',
  ),
  wrong_redirect: say(
    (app) => `The sign-in was finished, but ${app} named another redirect address when it redeemed the code.`,
    'This is a fault of the app: tell its makers “redirect_uri differs between authorize and token”.',
  ),
  wrong_client: say(
    (app) => `The code of this sign-in was redeemed by another app than ${app}.`,
    'Remove the connector in the app and add it again, so that it registers once.',
  ),
  wrong_resource: say(
    (app) => `The sign-in was finished, but ${app} asked for a token for another URL.`,
    'Check that the URL in the app is exactly the connector URL, and add it again.',
  ),
  wrong_key: say(
    (app) => `The sign-in was finished, but ${app} showed another key than the one that it began with.`,
    'Start again from the app.',
  ),
  code_used: say(
    (app) => `${app} redeemed the same code twice. For safety, what came of it was ended.`,
    'Start again from the app, and press its button once.',
  ),
  code_expired: say(
    (app) => `The sign-in was finished, but ${app} redeemed the code too late.`,
    'A code is good for a few minutes and a few tries. Start again from the app.',
  ),
  code_refused: say(
    (app) => `The sign-in was finished, but ${app} could not redeem the code.`,
    'Start again from the app. The audit log says why it was refused.',
  ),
  client_refused: say(
    (app) => `The sign-in was finished, but ${app} could not prove who it is.`,
    'Its client secret is missing or wrong: enter it again in the app, or remove the connector and let the app register anew.',
  ),
  denied: say(
    (app) => `Somebody answered Cancel when ${app} asked for access.`,
    'If that was a mistake, connect again and choose Allow.',
  ),
  code_out: say((app) => `Access was allowed. ${app} is expected to fetch its token.`),
  code_left: say(
    (app) => `Access was allowed, but ${app} never fetched its token.`,
    'The browser may not have come back to the app. If the app runs on this computer, it may have been closed meanwhile: start again and keep it open. For a hosted app, check that it can reach /token here.',
  ),
  not_a_member: say(
    () => 'Whoever signed in does not belong to this organisation.',
    'Sign in with another account, or have an admin invite this one.',
  ),
  client_blocked: say(
    (app) => `An admin has blocked ${app} in this organisation.`,
    'An admin can take the block back under Apps.',
  ),
  client_not_allowed: say(
    (app) => `This organisation lets its people connect only apps that are known better than ${app} is.`,
    'An admin can approve it under Apps, or change which apps may be connected under Settings, Security.',
  ),
  consent_closed: say(
    () => 'Whoever signed in could not get into this organisation the way they signed in.',
    'The page in their browser says what is asked for, such as a second factor or another network.',
  ),
  organisation_forbids: say(
    (app) => `Full access was asked for ${app}, and this organisation gives read-only access alone.`,
    'Connect again with Read-only, or have an admin change it under Settings, Security.',
  ),
  role_forbids: say(
    (app) => `Full access was asked for ${app}, and the role does not allow it.`,
    'Connect again with Read-only, or have an admin change the role.',
  ),
  consent_refused: say(
    (app) => `Access could not be given to ${app}.`,
    'Start again from the app, and answer the page within ten minutes.',
  ),
  deciding: say((app) => `Somebody is signed in and is being asked whether ${app} may have access.`),
  undecided: say(
    (app) => `Somebody signed in, and never answered whether ${app} may have access.`,
    'Start again from the app: the page is good for ten minutes.',
  ),
  signing_in: say((app) => `${app} has opened the sign-in page. Nobody has signed in yet.`),
  not_signed_in: say(
    (app) => `${app} opened the sign-in page, and nobody signed in.`,
    'Start again from the app, and sign in with the account that you use here.',
  ),
  page_opening: say((app) => `${app} has sent a browser here.`),
  page_not_opened: say(
    (app) => `${app} sent a browser here, and it never arrived at the sign-in page.`,
    'The browser may not reach the web address of this server. Open it there by hand to see.',
  ),
  unknown_client: say(
    () => 'An app sent a browser with a registration that is not known here.',
    'Its registration has expired or belongs to another server: remove the connector in the app and add it again.',
  ),
  document_unusable: say(
    (app) => `${app} says who it is at an address of its own, and what is there could not be used.`,
    'This server must be able to reach that address by https. The audit log says what was wrong.',
  ),
  redirect_not_registered: say(
    (app) => `${app} wanted to be answered at an address that it never registered.`,
    'Remove the connector in the app and add it again.',
  ),
  no_pkce: say(
    (app) => `${app} does not protect its sign-in (PKCE with S256), and was refused.`,
    'Update the app. If it is the latest version, tell its makers “code_challenge_method S256 is required”.',
  ),
  resource_unknown: say(
    (app) => `${app} asked for access to a URL that is not one of this server’s.`,
    'Copy the connector URL again, without anything before or after it.',
  ),
  authorize_refused: say(
    (app) => `${app} asked for a sign-in in a way that is not possible here.`,
    'Update the app and try again. The step says which error it got.',
  ),
  registered: say((app) => `${app} read the metadata and registered, and nobody has signed in yet.`),
  nobody_came: say(
    (app) => `${app} read the metadata and registered, and nobody came to sign in.`,
    'Press Connect (or Authenticate) in the app: it opens the browser. A pop-up blocker can hold that back.',
  ),
  registration_refused: say(
    (app) => `${app} could not register.`,
    'None of the addresses that it wants to be answered at can be used here: they must be https, this computer, or the app’s own. Update the app.',
  ),
  too_many_registrations: say(
    (app) => `${app} could not register: there were too many registrations at once.`,
    'Wait a minute and try again.',
  ),
  reading: say((app) => `${app} is finding out how to sign in.`),
  not_opened: say(
    (app) => `${app} read how to sign in, and has sent nobody to do it.`,
    'Press Connect (or Authenticate) in the app: it opens the browser.',
  ),
  server_metadata_not_read: say(
    (app) => `${app} read where to sign in, and never asked there how.`,
    'It cannot reach that address: check that PUBLIC_MCP_BASE_URL is the address that the app uses, and that it is https and public.',
  ),
  challenged: say((app) => `${app} has asked at the URL and was told to sign in.`),
  metadata_not_read: say(
    (app) => `${app} was told to sign in, and never read how.`,
    'It may not know how to sign in by itself (then give it an API key), or it cannot reach the address that it was told: check that PUBLIC_MCP_BASE_URL is the address that the app uses, and that it is https and public.',
  ),
  key_refused: say(
    (app) => `${app} came with an API key that is not valid here.`,
    'The key is mistyped, has ended, or belongs to another organisation. Make a new one under API keys.',
  ),
  token_ended: say(
    (app) => `${app} came back with a token that has ended, and began no new sign-in.`,
    'Apps renew tokens by themselves. If its calls work, nothing is wrong; else remove the connector in the app and add it again.',
  ),
  credential_unusable: say(
    (app) => `${app} sent a credential that cannot be read.`,
    'Send “Authorization: Bearer …” or “X-API-Key: …”, with nothing else in it.',
  ),
  two_credentials: say(
    (app) => `${app} sent two credentials at once.`,
    'Send Authorization or X-API-Key, not both.',
  ),
};

/** Between marks that keep what is in a name from turning the text around it (UAX #9, FSI and PDI). */
export function wordsOf(code: VerdictCode, name: string | undefined): Words {
  const { advice, sentence } = VERDICTS[code](name === undefined ? 'the app' : `\u2068${name}\u2069`);
  return { sentence: sentence.charAt(0).toUpperCase() + sentence.slice(1), advice };
}
