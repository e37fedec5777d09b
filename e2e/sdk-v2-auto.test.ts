import { describe } from 'vitest';
import { connectorGuarantees } from './support/connector-guarantees.ts';
import { sdkV2Auto } from './support/sdk-v2.ts';

describe('the MCP SDK v2 client, newest revision first', () => {
  connectorGuarantees(sdkV2Auto);
});
