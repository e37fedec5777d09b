import { useId, type ReactNode } from 'react';

interface PartProps {
  title: string;
  lead: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** One of several lists on a page. */
export function Part({ title, lead, action, children }: PartProps) {
  const titleId = useId();
  return (
    <section className="part" aria-labelledby={titleId}>
      <div className="part-head">
        <div>
          <h2 id={titleId}>{title}</h2>
          <p className="small quiet">{lead}</p>
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
