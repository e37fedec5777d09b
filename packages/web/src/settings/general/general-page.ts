/** Where words are carried to that are said on General, whatever the organisation is called. */
export const GENERAL_PAGE = '/settings';
