// The names under which the page knows the schemas of the OpenAPI documents.

import type { components as Auth } from './auth';
import type { components as Ingest } from './ingest';
import type { components as Query } from './query';

export type RegistrationMode = Auth['schemas']['RegistrationOffer'];
export type Scope = Auth['schemas']['Scope'];
export type MetricKind = Ingest['schemas']['MetricKind'];
export type Aggregation = Ingest['schemas']['Aggregation'];

export type Account = Auth['schemas']['AccountResponse'];
export type RegisterRequest = Auth['schemas']['RegisterRequest'];
export type LoginRequest = Auth['schemas']['LoginRequest'];
export type AccessToken = Auth['schemas']['AccessTokenResponse'];
export type ApiKey = Auth['schemas']['ApiKeyResponse'];
export type NewApiKey = Auth['schemas']['CreateApiKeyRequest'];
export type CreatedApiKey = Auth['schemas']['CreatedApiKeyResponse'];
export type Role = Auth['schemas']['Role'];
export type SignedInSession = Auth['schemas']['SessionResponse'];
export type Provider = Auth['schemas']['ProviderResponse'];
export type Identity = Auth['schemas']['IdentityResponse'];
/** What a person leaves for a provider for. */
export type Departure = Auth['schemas']['StartRequest'];
/** An object whose fields the document does not tell: what browsers say to devices. */
export type Json = Auth['schemas']['PasskeyOptions'];
/** What a device says to servers: that it has made a passkey, or signed with one. */
export type MadeCredential = Auth['schemas']['MadeCredential'];
export type SignedCredential = Auth['schemas']['SignedCredential'];
export type Passkey = Auth['schemas']['PasskeyResponse'];
export type SecondFactor = Auth['schemas']['Factor'];
export type AuditEvent = Auth['schemas']['AuditEventResponse'];
export type AdministeredAccount = Auth['schemas']['AdministeredAccount'];
export type Invitation = Auth['schemas']['GivenInvitation'];
export type CreatedInvitation = Auth['schemas']['InvitationResponse'];
export type Group = Auth['schemas']['GroupResponse'];
export type AccessRule = Auth['schemas']['AccessRuleResponse'];
export type AccessRuleTerms = Auth['schemas']['AccessRuleRequest'];
export type Audience = Auth['schemas']['Audience'];
export type AccessCheck = Auth['schemas']['CheckAccessResponse'];
export type SignInUnderWay = Auth['schemas']['PendingSignInResponse'];
export type SecondFactors = Auth['schemas']['SecondFactorsResponse'];
export type TotpEnrolment = Auth['schemas']['TotpEnrolmentResponse'];
export type ResetLink = Auth['schemas']['PasswordResetLinkResponse'];

export type Application = Auth['schemas']['ApplicationResponse'];
export type Client = Auth['schemas']['ClientResponse'];
export type ClientWithSecret = Auth['schemas']['ClientWithSecret'];
export type ConsentQuestion = Auth['schemas']['ConsentQuestion'];
/** What an administrator says of an application. */
export type ClientChanges = Pick<Client, 'name' | 'redirect_uris' | 'post_logout_redirect_uris' | 'trusted'>;
/** An application to make known. */
export type NewClient = ClientChanges & Pick<Client, 'confidential'>;

/** What a person changes of their own account; `null` empties. */
export type Profile = Auth['schemas']['ChangeAccountRequest'];
/** What an administrator changes of an account. */
export type AccountChanges = { role?: Role; disabled?: boolean };

export type Metric = Ingest['schemas']['MetricResponse'];

/** Start of the step in Unix milliseconds, and value. */
export type Point = [number, number];
export type Labels = Record<string, string>;
/** The document cannot say that a point has two parts. */
export type QueriedSeries = Omit<Query['schemas']['PointsResponse'], 'points'> & { points: Point[] };
export type QueryResult = Omit<Query['schemas']['MetricPointsResponse'], 'series'> & {
  series: QueriedSeries[];
};
