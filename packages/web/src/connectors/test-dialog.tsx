import { testConnector, type ConnectorView } from '../api/connectors.ts';
import { ConnectionTest } from '../import/authenticate/connection-test.tsx';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectorText as text } from '../text/connectors.ts';
import { importText } from '../text/import.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Foreign } from '../ui/foreign.tsx';

/** The same call as in the import: does the API take the credential? */
export function TestDialog({
  onClose,
  operations,
  view,
}: {
  view: ConnectorView;
  operations: readonly string[];
  onClose: () => void;
}) {
  const { slug: org } = useOrganisation();
  return (
    <Dialog
      title={
        <>
          {text.testOf}
          <Foreign text={view.name} max={80} />
        </>
      }
      onClose={onClose}
    >
      {operations.length === 0 ? (
        <p>{importText.auth.noTestable}</p>
      ) : (
        <>
          <p className="quiet">{importText.auth.testLead}</p>
          <ConnectionTest
            operations={operations}
            run={(operation) => testConnector(org, view.slug, operation)}
          />
        </>
      )}
      <div className="dialog-actions">
        <button
          type="button"
          className="button secondary"
          data-focus-first={operations.length === 0 ? true : undefined}
          onClick={onClose}
        >
          {text.testDone}
        </button>
      </div>
    </Dialog>
  );
}
