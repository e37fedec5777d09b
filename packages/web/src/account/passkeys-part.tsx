import { useState } from 'react';
import { accountQuery, removePasskey, type Passkey } from '../api/account.ts';
import { queryClient } from '../api/query-client.ts';
import { accountText } from '../text/account.ts';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { hasPasskeys } from './browser-passkeys.ts';
import { NewPasskeyDialog } from './new-passkey-dialog.tsx';
import type { AccountPartProps } from './part-props.ts';
import { RenamePasskeyDialog } from './rename-passkey-dialog.tsx';

const text = accountText.passkeys;
const refresh = () => queryClient.invalidateQueries({ queryKey: accountQuery.queryKey, exact: true });

export function PasskeysPart({ account, say }: AccountPartProps) {
  const [adding, setAdding] = useState(false);
  const [renaming, setRenaming] = useState<Passkey | undefined>(undefined);
  const [removing, setRemoving] = useState<Passkey | undefined>(undefined);
  const refusal = account.passkeys_available
    ? hasPasskeys()
      ? undefined
      : text.unsupported
    : text.unavailable;
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        refusal === undefined ? (
          <button type="button" className="button secondary" onClick={() => setAdding(true)}>
            {text.add}
          </button>
        ) : null
      }
    >
      {refusal === undefined ? null : <p className="sheet empty quiet">{refusal}</p>}
      {account.passkeys.length === 0 ? (
        refusal === undefined ? (
          <p className="sheet empty quiet">{text.empty}</p>
        ) : null
      ) : (
        <PasskeyTable passkeys={account.passkeys} onRename={setRenaming} onRemove={setRemoving} />
      )}
      {adding ? (
        <NewPasskeyDialog
          refresh={refresh}
          onClose={() => setAdding(false)}
          onAdded={(name) => {
            setAdding(false);
            say(text.added(name));
          }}
        />
      ) : null}
      {renaming === undefined ? null : (
        <RenamePasskeyDialog
          passkey={renaming}
          refresh={refresh}
          onClose={() => setRenaming(undefined)}
          onRenamed={() => {
            setRenaming(undefined);
            say(text.renamed);
          }}
        />
      )}
      {removing === undefined ? null : (
        <Question
          title={text.removeTitle}
          keep={text.keep}
          act={text.remove}
          acting={text.removing}
          run={() => removePasskey(removing.id)}
          refresh={refresh}
          onClose={() => setRemoving(undefined)}
          onDone={() => {
            setRemoving(undefined);
            say(text.removed(removing.name));
          }}
        >
          <p>
            <bdi className="strong">{removing.name}</bdi>
          </p>
          <p>{text.removeEffect}</p>
        </Question>
      )}
    </Part>
  );
}

interface PasskeyTableProps {
  passkeys: readonly Passkey[];
  onRename: (passkey: Passkey) => void;
  onRemove: (passkey: Passkey) => void;
}

function PasskeyTable({ onRemove, onRename, passkeys }: PasskeyTableProps) {
  return (
    <Table caption={text.caption} columns={text.columns}>
      {passkeys.map((passkey) => (
        <tr key={passkey.id} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{passkey.name}</bdi>
            {passkey.backed_up ? <span className="row-more">{text.synced}</span> : null}
          </th>
          <td role="cell" data-label={text.columns[1]}>
            <When at={passkey.created_at} absent="" />
          </td>
          <td role="cell" data-label={text.columns[2]}>
            <When at={passkey.last_used_at} absent={text.never} />
          </td>
          <td role="cell" className="row-action">
            <span className="row-buttons">
              <button
                type="button"
                className="button secondary small-button"
                onClick={() => onRename(passkey)}
              >
                {text.rename}
                <span className="for-screen-readers"> {passkey.name}</span>
              </button>
              <button type="button" className="button danger-quiet" onClick={() => onRemove(passkey)}>
                {text.remove}
                <span className="for-screen-readers"> {passkey.name}</span>
              </button>
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}
