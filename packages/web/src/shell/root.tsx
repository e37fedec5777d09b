import { Outlet } from '@tanstack/react-router';
import { ConfirmHost } from '../confirm/confirm-host.tsx';

/** Around every page: what may ask the person something whatever page they are on. */
export function Root() {
  return (
    <>
      <Outlet />
      <ConfirmHost />
    </>
  );
}
