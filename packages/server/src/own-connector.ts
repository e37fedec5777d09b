/** Where our own API is for who is one of an organisation: its base URL behind the gateway, and the audience there. */
export function ownApiUrl(webBaseUrl: string): string {
  return `${webBaseUrl}/portal/v1/organisations/-`;
}
