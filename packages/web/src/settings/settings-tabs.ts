import type { LinkProps } from '@tanstack/react-router';
import type { Role } from '../api/types.ts';
import { deletesOrganisation, setsAuditRetention } from '../roles.ts';
import { auditRetentionText } from '../text/audit-retention.ts';
import { dangerText } from '../text/danger.ts';
import { limitsText } from '../text/limits.ts';
import { securityText } from '../text/security.ts';
import { settingsText } from '../text/settings.ts';
import { webhooksText } from '../text/webhooks.ts';

interface SettingsTab {
  to: Extract<LinkProps['to'], `/$org/settings${string}`>;
  name: string;
  /** Unset: whoever changes settings sees it. */
  isFor?: (role: Role) => boolean;
}

/** In the order in which they stand. */
export const SETTINGS_TABS: readonly SettingsTab[] = [
  { to: '/$org/settings', name: settingsText.general.tab },
  { to: '/$org/settings/security', name: securityText.tab },
  { to: '/$org/settings/limits', name: limitsText.tab },
  { to: '/$org/settings/webhooks', name: webhooksText.tab },
  { to: '/$org/settings/audit-log', name: auditRetentionText.tab, isFor: setsAuditRetention },
  { to: '/$org/settings/danger', name: dangerText.tab, isFor: deletesOrganisation },
];
