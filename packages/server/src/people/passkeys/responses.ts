import { z } from 'zod';

// What a browser answers (WebAuthn level 3 section 5.1.7), as far as it is read; whatever else it adds is dropped.

const bytes = z.base64url().max(32_000);
const id = z.base64url().min(1).max(1400);

const credential = {
  id,
  rawId: id,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
};

export const registrationSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z
      .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
      .max(10)
      .optional()
      .catch([]),
  }),
});

export const signatureSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.optional(),
  }),
});
