import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { shellText as text } from '../text/shell.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { Frame } from './frame.tsx';

/** A former address of an organisation: on to the same page at the one of today. */
export function MovedTo({ from, slug }: { from: string; slug: string }) {
  const { history } = useRouter();
  useEffect(() => {
    const { hash, pathname, search } = location;
    const former = `/app/${from}`;
    if (pathname === former || pathname.startsWith(`${former}/`))
      history.replace(`/app/${slug}${pathname.slice(former.length)}${search}${hash}`);
  }, [from, history, slug]);
  return (
    <Frame>
      <Skeleton rows={5} label={text.loading} />
    </Frame>
  );
}
