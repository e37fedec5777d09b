import type { ReactNode } from 'react';
import type { Account } from '../api/account.ts';

export interface AccountPartProps {
  account: Account;
  /** What was done, said above the page. */
  say: (words: ReactNode) => void;
}
