/** The question that stands between an old sign-in and something dangerous. */
export const confirmText = {
  title: 'Confirm it is you',
  why: 'You signed in a while ago. Show once more that it is you before you go on. Nothing you typed is lost.',
  loading: 'Looking up how you sign in',
  password: 'Your password',
  code: 'Code',
  codeHint: 'The six digits that your authenticator app shows now, or one of your backup codes.',
  usePasskey: 'Use a passkey',
  waitingForPasskey: 'Waiting for your device…',
  or: 'Or:',
  confirm: 'Confirm',
  confirming: 'Confirming…',
  cancel: 'Cancel',
  elsewhere:
    'You signed in through your company. Sign in there once more: it opens in another tab, so that what you typed stays here. Then come back and go on.',
  signInAgain: 'Sign in again',
  goOn: 'I have signed in: go on',
  notConfirmed: 'Nothing was done, because it was not confirmed that it is you.',
  noPasskey: 'No passkey was used.',
} as const;
