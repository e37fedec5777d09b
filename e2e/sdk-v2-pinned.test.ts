import { describe } from 'vitest';
import { connectorGuarantees } from './support/connector-guarantees.ts';
import { sdkV2Pinned } from './support/sdk-v2.ts';

describe('the MCP SDK v2 client, pinned to the newest revision', () => {
  connectorGuarantees(sdkV2Pinned);
});
