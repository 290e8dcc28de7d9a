/** Public entry "sipml-wasm": the modern API. */

export type { Abortable } from "./abort.js";
export type { RemoteParty } from "./address.js";
export type {
  ConnectionState,
  LogEntry,
  RequestEvent,
  UserAgentEvents,
} from "./agent-events.js";
export { Call } from "./call.js";
export type { ChangeOptions } from "./call-changes.js";
export type { TrackEnd } from "./call-media.js";
export type { CallEvents, CallState, IncomingInfo } from "./call-events.js";
export type { AnswerOptions, CallOptions, CaptureOptions, MediaChoice } from "./call-options.js";
export type { CaptureFallback, DeviceChoice, MediaKind, VideoSize } from "./capture.js";
export type {
  ConferenceAction,
  ConferenceDescription,
  ConferenceEndpoint,
  ConferenceHost,
  ConferenceInfo,
  ConferenceMedia,
  ConferenceMediaType,
  ConferenceStatus,
  ConferenceUri,
  ConferenceUser,
  ElementState,
} from "./documents/conference.js";
export type { DialogEntry, DialogInfo, DialogParticipant } from "./documents/dialog-info.js";
export type { MessageCount, MessageSummary } from "./documents/message-summary.js";
export { documentTypes, parseDocument } from "./documents/parse.js";
export type { DocumentResult, EventDocument } from "./documents/parse.js";
export { presenceDocument } from "./documents/presence.js";
export type {
  PresenceDetails,
  PresenceDevice,
  PresenceDocument,
  PresenceNote,
  PresenceOptions,
  PresencePerson,
  PresenceTuple,
} from "./documents/presence.js";
export type { RegInfo, RegInfoContact, RegInfoRegistration } from "./documents/reginfo.js";
export { updateDocument } from "./documents/update.js";
export type { DocumentUpdate, VersionedDocument } from "./documents/update.js";
export type { Device, Devices } from "./devices.js";
export { browserEnvironment } from "./environment.js";
export type { AudioMix, DeviceInfo, Environment } from "./environment.js";
export { SipError } from "./errors.js";
export type { CallEnd, SipErrorCode, SipErrorDetails } from "./errors.js";
export { Emitter } from "./events.js";
export type { IceOptions, IceServer } from "./ice.js";
export { MediaOffer } from "./media-offer.js";
export type { AcceptMediaOptions, RejectMediaOptions } from "./media-offer.js";
export type { MediaState } from "./media-watch.js";
export { SipMessage } from "./message.js";
export type { Caused } from "./message.js";
export type { Notification } from "./notification.js";
export type { DescriptionContext, Hooks, UserAgentOptions } from "./options.js";
export { Publication } from "./publication.js";
export type {
  PublicationEvents,
  PublicationState,
  PublicationStateEvent,
  PublishOptions,
  UsageResponse,
} from "./publication.js";
export { Registration } from "./registration.js";
export type {
  RegisterOptions,
  RegistrationEvents,
  RegistrationState,
  RegistrationStateEvent,
} from "./registration.js";
export { IncomingMessage, IncomingRequest } from "./requests.js";
export type { AnswerRequestOptions, RequestOptions, SipResponse } from "./requests.js";
export type { ShareOptions } from "./screen-share.js";
export { estimateMos } from "./statistics.js";
export type {
  CallQuality,
  CallReport,
  CandidateChoice,
  CandidateType,
  MediumQuality,
  MediumReport,
  StreamQuality,
  StreamReport,
} from "./statistics.js";
export { Subscription } from "./subscription.js";
export type {
  SubscribeOptions,
  SubscriptionEvents,
  SubscriptionState,
  SubscriptionStateEvent,
} from "./subscription.js";
export type { DtmfOptions, ToneEvent } from "./tones.js";
export { TransferRequest } from "./transfer.js";
export type {
  RejectTransferOptions,
  TransferEvent,
  TransferOptions,
  TransferProgress,
  TransferState,
} from "./transfer.js";
export { UserAgent } from "./user-agent.js";
export type { RecordedInput } from "../js-glue/driver.js";
export { LoadError } from "../js-glue/load.js";
export type { WasmSource } from "../js-glue/load.js";
export { CoreCrashed, IncompatibleModule } from "../js-glue/memory.js";
export type {
  Bandwidth,
  CandidateKind,
  Direction,
  EndCause,
  MediaDirections,
  MediaError,
  NameValue,
} from "../js-glue/protocol.js";
