import { randomToken } from '../kernel/secret.ts';

/** A cookie that binds a transaction to the browser that opened it at the gateway. */
export function createGateCookie(issuer: string) {
  const secure = issuer.startsWith('https:');
  // Plain http is for loopback alone; there a Secure cookie would be lost on programs that follow the letter.
  const name = secure ? '__Host-latchkey_gate' : 'latchkey_gate';
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    read(headers: Headers): string | undefined {
      const found = new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(
        headers.get('cookie') ?? '',
      );
      return found?.[1];
    },
    create(): { value: string; setCookie: string } {
      const value = randomToken();
      return { value, setCookie: `${name}=${value}; ${attributes}` };
    },
  };
}

export type GateCookie = ReturnType<typeof createGateCookie>;
