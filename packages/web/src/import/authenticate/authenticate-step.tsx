import type { ImportReport } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { StepTitle } from '../step-title.tsx';
import type { Draft } from '../use-draft.ts';
import { BaseUrlField } from './base-url-field.tsx';
import { CredentialPart } from './credential-part.tsx';
import { TestPart } from './test-part.tsx';

const text = importText.auth;

/** Where calls go, what the service is shown, and whether it works. */
export function AuthenticateStep({ draft, report }: { draft: Draft; report: ImportReport }) {
  return (
    <div className="stack">
      {draft.view.source.kind === 'mcp' ? null : (
        <section className="sheet">
          <StepTitle>{text.baseUrlTitle}</StepTitle>
          <BaseUrlField draft={draft} servers={report.servers} />
        </section>
      )}
      <CredentialPart draft={draft} report={report} />
      <TestPart draft={draft} />
    </div>
  );
}
