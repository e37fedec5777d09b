/** No policy deletes what the audit log has had for fewer: what is gone sooner was deleted by somebody else. */
export const AUDIT_DAYS_MIN = 30;
