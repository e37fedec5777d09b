import { useState } from 'react';
import type { OperationChoice } from '../../api/imports.ts';
import { importText } from '../../text/import.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Option } from '../../ui/option.tsx';
import type { Chosen } from './tree.ts';

const text = importText.choice;
const MAX = { reason: 300, name: 48, title: 60, description: 1000 } as const;

interface ChoiceDialogProps {
  chosen: Chosen;
  onChoose: (choice: OperationChoice) => void;
  onClose: () => void;
}

/** What a person says of one operation: its access and why, its name and its words. Empty: as the document has it. */
export function ChoiceDialog({ chosen: { choice, operation }, onChoose, onClose }: ChoiceDialogProps) {
  const [said, setSaid] = useState(choice);
  const { access_by_method: byMethod, tool } = operation;
  const change = (changed: Partial<Record<keyof typeof MAX, string>>): void =>
    setSaid({ ...said, ...changed });
  return (
    <Dialog
      onClose={onClose}
      title={
        <>
          {text.title}
          <Foreign text={operation.operation} max={100} />
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChoose(withoutEmpty(said));
        }}
      >
        <fieldset className="field">
          <legend>{text.access}</legend>
          <Option
            name="access"
            value="method"
            checked={said.access === undefined}
            onChoose={() => {
              const { access: _access, reason: _reason, ...rest } = said;
              setSaid(rest);
            }}
          >
            {text.byMethod(byMethod === 'read' ? text.read : text.full)}
          </Option>
          {(['read', 'full'] as const).map((access) => (
            <Option
              key={access}
              name="access"
              value={access}
              checked={said.access === access}
              onChoose={() => setSaid({ ...said, access })}
            >
              {text[access]}
            </Option>
          ))}
        </fieldset>
        {said.access === undefined ? null : (
          <div className="field">
            {said.access === 'read' && byMethod === 'full' ? (
              <p className="status-warning">{text.readOfWrite}</p>
            ) : null}
            <label htmlFor="choice-reason">{text.reason}</label>
            <input
              id="choice-reason"
              className="input"
              required
              pattern=".*\S.*"
              maxLength={MAX.reason}
              autoComplete="off"
              placeholder={text.reasonPlaceholder}
              aria-describedby="choice-reason-hint"
              value={said.reason ?? ''}
              onChange={(event) => change({ reason: event.target.value })}
            />
            <p id="choice-reason-hint" className="hint">
              {text.reasonHint}
            </p>
          </div>
        )}
        <div className="field">
          <label htmlFor="choice-name">{text.name}</label>
          <input
            id="choice-name"
            className="input"
            pattern="[a-z][a-z0-9_]*"
            title={text.nameTitle}
            maxLength={MAX.name}
            autoComplete="off"
            spellCheck={false}
            placeholder={choice.name === undefined ? (tool?.name ?? text.asDocument) : text.asDocument}
            aria-describedby="choice-name-hint"
            value={said.name ?? ''}
            onChange={(event) => change({ name: event.target.value })}
          />
          <p id="choice-name-hint" className="hint">
            {text.nameHint}
          </p>
        </div>
        <div className="field">
          <label htmlFor="choice-title">{text.toolTitle}</label>
          <input
            id="choice-title"
            className="input"
            maxLength={MAX.title}
            autoComplete="off"
            placeholder={choice.title === undefined ? (tool?.title ?? text.asDocument) : text.asDocument}
            value={said.title ?? ''}
            onChange={(event) => change({ title: event.target.value })}
          />
        </div>
        <div className="field">
          <label htmlFor="choice-description">{text.description}</label>
          <textarea
            id="choice-description"
            className="input"
            rows={4}
            maxLength={MAX.description}
            placeholder={
              choice.description === undefined ? (tool?.description ?? text.asDocument) : text.asDocument
            }
            aria-describedby="choice-description-hint"
            value={said.description ?? ''}
            onChange={(event) => change({ description: event.target.value })}
          />
          <p id="choice-description-hint" className="hint">
            {text.descriptionHint}
          </p>
        </div>
        <FormActions act={text.act} acting={text.act} pending={false} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

function withoutEmpty({
  access,
  description,
  include,
  name,
  reason,
  title,
}: OperationChoice): OperationChoice {
  const said = (value: string | undefined): string | undefined => {
    const trimmed = value?.trim();
    return trimmed === '' ? undefined : trimmed;
  };
  const texts = { description: said(description), name: said(name), title: said(title) };
  return {
    ...(include === undefined ? {} : { include }),
    ...(access === undefined ? {} : { access, reason: said(reason) ?? '' }),
    ...(texts.description === undefined ? {} : { description: texts.description }),
    ...(texts.name === undefined ? {} : { name: texts.name }),
    ...(texts.title === undefined ? {} : { title: texts.title }),
  };
}
