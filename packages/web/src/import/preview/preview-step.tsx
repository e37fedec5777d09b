import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { previewQuery, type ImportPreview } from '../../api/imports.ts';
import { ROLE_NAMES } from '../../roles.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { importText } from '../../text/import.ts';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Facts } from '../facts.tsx';
import { inBytes } from '../in-bytes.ts';
import { More } from '../more.tsx';
import { StepTitle } from '../step-title.tsx';
import { nameOfTool } from '../tool-json.tsx';
import type { Draft } from '../use-draft.ts';
import { useSettled } from '../use-settled.ts';
import { PreviewTool } from './preview-tool.tsx';

const text = importText.preview;

/** The tools exactly as apps get them, and how many of them each role is offered. */
export function PreviewStep({ draft }: { draft: Draft }) {
  const { slug: org } = useOrganisation();
  const [wanted, setWanted] = useState('');
  const preview = useInfiniteQuery({
    ...previewQuery(org, draft.checked, useSettled(wanted)),
    enabled: draft.mayAsk,
  });
  const first = preview.data?.pages[0];
  const items = preview.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="sheet">
      <StepTitle>{text.title}</StepTitle>
      <p className="quiet">{text.lead}</p>
      {first === undefined ? (
        preview.isError ? (
          <Problem error={preview.error} onRetry={() => void preview.refetch()} />
        ) : (
          <Skeleton rows={5} label={text.loading} />
        )
      ) : (
        <>
          <Summary preview={first} />
          {first.size.mode === 'search' ? (
            <>
              <h3 className="import-subtitle">{text.listedTitle}</h3>
              <ul className="import-tools">
                {first.listed.map((tool) => (
                  <PreviewTool key={nameOfTool(tool)} tool={tool} />
                ))}
              </ul>
            </>
          ) : null}
          <h3 className="import-subtitle">
            {first.size.mode === 'search' ? text.foundTitle : text.listedTitle}
          </h3>
          <div className="filter">
            <input
              type="search"
              className="input"
              aria-label={text.find}
              placeholder={text.findPlaceholder}
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
          </div>
          {items.length === 0 ? (
            <p className="quiet">{wanted === '' ? text.none : text.noneFound}</p>
          ) : (
            <ul className="import-tools">
              {items.map((tool) => (
                <PreviewTool key={nameOfTool(tool)} tool={tool} />
              ))}
            </ul>
          )}
          <More query={preview} shown={items.length} total={first.total} />
        </>
      )}
    </section>
  );
}

function Summary({ preview: { roles, size, toolsets } }: { preview: ImportPreview }) {
  return (
    <>
      <Facts
        facts={[
          [text.facts.size, importText.check.size(size.tokens, inBytes(size.bytes))],
          [text.facts.mode, text.mode[size.mode]],
        ]}
      />
      <h3 className="import-subtitle">{text.rolesTitle}</h3>
      <p className="small quiet">{text.rolesLead}</p>
      <div className="table-frame">
        <table className="table import-roles" role="table">
          <caption className="for-screen-readers">{text.rolesTitle}</caption>
          <thead role="rowgroup">
            <tr role="row">
              {text.roleColumns.map((name) => (
                <th key={name} role="columnheader" scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {roles.map(({ role, tools }) => (
              <tr key={role} role="row">
                <th role="rowheader" scope="row">
                  {ROLE_NAMES[role]}
                </th>
                <td role="cell" data-label={text.roleColumns[1]}>
                  {tools.read}
                </td>
                <td role="cell" data-label={text.roleColumns[2]}>
                  {tools.full}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {toolsets.length === 0 ? null : (
        <details className="import-toolsets">
          <summary>{text.toolsets}</summary>
          <ul className="address-list">
            {toolsets.map(({ slug, tools }) => (
              <li key={slug}>
                <code>{slug}</code>, {text.toolsetTools(tools)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
