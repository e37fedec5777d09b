import type { ReactNode } from 'react';

/** A name and what it stands for, in a list of such. */
export function Fact({ children, name }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
