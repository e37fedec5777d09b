// The passkey button of the sign-in page, and what a browser offers in the address field. Without this file, or in a
// browser without passkeys, the button stays hidden and everything else works.

const form = document.getElementById('passkey');
if (form !== null && 'PublicKeyCredential' in globalThis) {
  const said = form.querySelector('[role=status]');
  const field = (name) => form.querySelector(`[name=${name}]`);
  let offering = new AbortController();
  form.hidden = false;

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    offering.abort();
    offering = new AbortController();
    said.textContent = '';
    ask({ signal: offering.signal }).catch((error) => {
      if (error.name === 'AbortError') return;
      said.textContent =
        error.name === 'NotAllowedError'
          ? 'No passkey was used. You can try again, or sign in with your password.'
          : 'That did not work. Please sign in with your password.';
    });
  });

  offer().catch(() => {});

  /** A passkey among what the browser proposes for the address field. */
  async function offer() {
    if ((await PublicKeyCredential.isConditionalMediationAvailable?.()) !== true) return;
    await ask({ mediation: 'conditional', signal: offering.signal });
  }

  async function ask(how) {
    const response = await fetch('/sign-in/passkey/options', {
      method: 'POST',
      body: new URLSearchParams({ csrf: field('csrf').value }),
      signal: how.signal,
    });
    if (!response.ok) throw new Error('no options');
    const options = await response.json();
    const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials: [] };
    const { id, response: signed } = await navigator.credentials.get({ ...how, publicKey });
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = 'response';
    input.value = JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      response: {
        clientDataJSON: toText(signed.clientDataJSON),
        authenticatorData: toText(signed.authenticatorData),
        signature: toText(signed.signature),
        ...(signed.userHandle ? { userHandle: toText(signed.userHandle) } : {}),
      },
    });
    form.append(input);
    form.submit();
  }
}

function toBytes(base64url) {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
