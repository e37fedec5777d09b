import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { Problem } from '../../ui/problem.tsx';
import { LimitField } from './limit-field.tsx';

/** Null: none of its own. */
type Limits<Name extends string> = Record<Name, number | null>;

interface OwnLimitsFormProps<Name extends string> {
  fields: readonly {
    name: Name;
    label: string;
    hint: string;
    /** What the operator allows; null: no end. */
    most: number | null;
    busiest: string;
  }[];
  limits: Limits<Name>;
  /** Refused as a conflict where `was` is not what is there. */
  change: (wanted: Limits<Name> & { was: Limits<Name> }) => Promise<Limits<Name>>;
  read: () => Promise<Limits<Name>>;
  onSaved: () => void;
  act: string;
  acting: string;
  children: ReactNode;
}

/** Limits that an organisation gives itself, below the operator's. */
export function OwnLimitsForm<Name extends string>({
  act,
  acting,
  change,
  children,
  fields,
  limits,
  onSaved,
  read,
}: OwnLimitsFormProps<Name>) {
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [was, setWas] = useState(limits);
  const [wanted, setWanted] = useState(was);
  const [before, setBefore] = useState<Limits<Name> | undefined>(undefined);
  const saving = useMutation({
    mutationFn: () => change({ ...wanted, was }),
    onSuccess: (saved) => {
      setWas(saved);
      setBefore(undefined);
      setWanted(saved);
      onSaved();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError && error.code === 'conflict')) return;
      // What was typed stays; what it is compared with is what is there now.
      const now = await read();
      setBefore(was);
      setWas(now);
    },
  });
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      {fields.map(({ name, ...field }) => (
        <LimitField
          key={name}
          id={name.replaceAll('_', '-')}
          {...field}
          value={wanted[name]}
          was={was[name]}
          isTheirs={before !== undefined && before[name] !== was[name]}
          onChange={(value) => setWanted({ ...wanted, [name]: value })}
        />
      ))}
      <p className="small quiet">{children}</p>
      {saving.isError ? <Problem error={saving.error} /> : null}
      <div className="dialog-actions">
        <button
          type="submit"
          className="button"
          disabled={saving.isPending || fields.every(({ name }) => wanted[name] === was[name])}
        >
          {saving.isPending ? acting : act}
        </button>
      </div>
    </form>
  );
}
