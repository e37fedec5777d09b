import { useState } from 'react';
import {
  createOwnerLink,
  installedKey,
  operatorLogKey,
  type InstalledOrganisation,
  type OwnerLink,
} from '../api/operator.ts';
import { queryClient } from '../api/query-client.ts';
import { newOrganisationText, ownerLinkText as text } from '../text/operator.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { Question } from '../ui/question.tsx';
import { OwnerLinkOnce } from './owner-link-once.tsx';

/** Another link for the first owner, after a question: the one before may be on its way to somebody. */
export function OwnerLinkDialog({
  onClose,
  organisation,
}: {
  organisation: InstalledOrganisation;
  onClose: () => void;
}) {
  const [link, setLink] = useState<OwnerLink | undefined>(undefined);
  if (link !== undefined) {
    return (
      <Dialog title={newOrganisationText.linkTitle} dismissable={false} onClose={onClose}>
        <OwnerLinkOnce link={link} lead={newOrganisationText.again} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Question
      title={
        <>
          {text.before}
          <Foreign text={organisation.name} max={80} />
          {text.after}
        </>
      }
      keep={text.keep}
      act={text.act}
      acting={text.acting}
      danger={false}
      run={() => createOwnerLink(organisation.id)}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: installedKey }),
          queryClient.invalidateQueries({ queryKey: operatorLogKey }),
        ])
      }
      onDone={setLink}
      onClose={onClose}
    >
      <p>{text.effect}</p>
    </Question>
  );
}
