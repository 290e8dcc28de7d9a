// A phone on the SIPml API that writes down every event of its stack and sessions in order.
const account = Object.fromEntries(new URLSearchParams(location.search));
const events = [];
const duringInit = [];
let registration = null;
let call = null;

function note(kind) {
  return function (event) {
    const code = event.getSipResponseCode();
    events.push({ kind: kind, type: event.type, description: event.description, code: code });
    if (event.type === 'i_new_call') {
      call = event.newSession;
      call.setConfiguration(callSettings());
    }
  };
}

let settings = {};

function callSettings() {
  return Object.assign({
    video_local: document.getElementById('video-local'),
    video_remote: document.getElementById('video-remote'),
    audio_remote: document.getElementById('audio-remote'),
    events_listener: { events: '*', listener: note('call') },
  }, settings);
}

SIPml.init(function () { duringInit.push('callback'); });
duringInit.push('init returned');

const stack = new SIPml.Stack({
  realm: account.realm,
  impi: account.user,
  impu: 'sip:' + account.user + '@' + account.realm,
  password: account.password,
  display_name: account.user,
  websocket_proxy_url: account.server,
  events_listener: { events: '*', listener: note('stack') },
});

window.phoneLog = { events: events, duringInit: duringInit };
window.phoneKeys = {
  start: function () { return stack.start(); },
  stop: function () { return stack.stop(); },
  register: function () {
    registration = stack.newSession('register', {
      expires: 200,
      events_listener: { events: '*', listener: note('register') },
    });
    return registration.register();
  },
  unregister: function () { return registration.unregister(); },
  call: function (type, to) {
    call = stack.newSession(type, callSettings());
    return call.call(to);
  },
  accept: function () { return call.accept(callSettings()); },
  reject: function () { return call.reject(); },
  hangup: function () { return call.hangup(); },
  hold: function () { return call.hold(); },
  resume: function () { return call.resume(); },
  dtmf: function (digit) { return call.dtmf(digit); },
  /** Further keys of the session's configuration, as JSON. */
  settings: function (json) { settings = JSON.parse(json); },
  forget: function () { events.length = 0; },
};
