import { useMutation } from '@tanstack/react-query';
import { connectorQuery, setConnectorCredential, type ConnectorView } from '../api/connectors.ts';
import type { CredentialInput } from '../api/imports.ts';
import { queryClient } from '../api/query-client.ts';
import { CredentialForm } from '../import/authenticate/credential-form.tsx';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectorText as text } from '../text/connectors.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { forgetKept } from '../ui/use-kept.ts';

interface CredentialDialogProps {
  view: ConnectorView;
  onSaved: () => void;
  onClose: () => void;
}

export function CredentialDialog({ onClose, onSaved, view }: CredentialDialogProps) {
  const { slug: org } = useOrganisation();
  const keptAs = `credential:${org}:${view.slug}`;
  const saving = useMutation({
    mutationFn: (credential: CredentialInput) => setConnectorCredential(org, view.slug, credential),
    onSuccess: (saved) => {
      queryClient.setQueryData(connectorQuery(org, view.slug).queryKey, saved);
      forgetKept(keptAs);
      onSaved();
    },
  });
  return (
    <Dialog
      title={
        <>
          {text.credentialOf}
          <Foreign text={view.name} max={80} />
        </>
      }
      onClose={onClose}
    >
      <p className="quiet">{text.credentialEffect}</p>
      <CredentialForm
        keptAs={keptAs}
        stored={view.credential}
        pending={saving.isPending}
        idle={false}
        error={saving.error}
        onSubmit={(credential) => saving.mutate(credential)}
        onCancel={onClose}
      />
    </Dialog>
  );
}
