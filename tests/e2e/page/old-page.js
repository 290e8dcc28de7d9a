// A phone as pages were written for sipML5: one script, global variables, one listener for the stack and
// one for the sessions, told apart by comparing sessions. Nothing in it knows of any other API.
var oSipStack, oSipSessionRegister, oSipSessionCall, oSipSessionTransferCall;
var oSipSessionSubscribe, oSipSessionPublish;
var oConfigCall;
var account = JSON.parse(decodeURIComponent(location.hash.substring(1)));
var seen = [];

function note(s_who, e) {
  seen.push({
    who: s_who,
    type: e.type,
    description: e.description,
    code: e.getSipResponseCode()
  });
}

function showStatus(s_text) {
  document.getElementById('status').innerHTML = s_text;
}

function onSipEventStack(e) {
  note('stack', e);
  switch (e.type) {
    case 'started':
      oSipSessionRegister = this.newSession('register', {
        expires: 200,
        events_listener: { events: '*', listener: onSipEventSession },
        sip_caps: [
          { name: '+g.oma.sip-im', value: null },
          { name: '+audio', value: null },
          { name: 'language', value: '\"en,fr\"' }
        ]
      });
      oSipSessionRegister.register();
      break;
    case 'i_new_call':
      if (oSipSessionCall) {
        // busy
        e.newSession.hangup();
      } else {
        oSipSessionCall = e.newSession;
        oSipSessionCall.setConfiguration(oConfigCall);
        var s_name = oSipSessionCall.getRemoteFriendlyName() || 'unknown';
        document.getElementById('caller').innerHTML = s_name + ' ' +
          e.o_event.o_message.o_hdr_From.o_uri.s_user_name;
      }
      break;
    case 'i_new_message':
      var o_item = document.createElement('li');
      o_item.textContent = e.newSession.getRemoteFriendlyName() + ': ' + e.getContentString() +
        ' (' + e.getContentType() + ')';
      document.getElementById('messages').appendChild(o_item);
      if (e.getContentString() === 'refuse me') e.newSession.reject();
      else e.newSession.accept();
      break;
  }
}

function onSipEventSession(e) {
  var s_who = e.session == oSipSessionRegister ? 'register'
    : e.session == oSipSessionCall ? 'call'
      : e.session == oSipSessionTransferCall ? 'transferred'
        : e.session == oSipSessionSubscribe ? 'subscribe'
          : e.session == oSipSessionPublish ? 'publish' : 'message';
  note(s_who, e);
  switch (e.type) {
    case 'connected':
      if (e.session == oSipSessionRegister) showStatus('<i>Registered</i>');
      break;
    case 'terminated':
      if (e.session == oSipSessionCall) oSipSessionCall = null;
      if (e.session == oSipSessionTransferCall) oSipSessionTransferCall = null;
      break;
    case 'i_ect_requested':
      document.getElementById('caller').innerHTML = e.getTransferDestinationFriendlyName();
      if (oSipSessionCall) oSipSessionCall.acceptTransfer(oConfigCall);
      break;
    case 'i_ect_new_call':
      oSipSessionTransferCall = e.newSession || e.session;
      break;
    case 'i_notify':
      document.getElementById('presence').textContent = e.getContentType() + ' ' +
        (/<basic>(\w+)<\/basic>/.exec(e.getContentString() || '') || [])[1];
      break;
  }
}

oConfigCall = {
  audio_remote: document.getElementById('audio_remote'),
  video_local: document.getElementById('video_local'),
  video_remote: document.getElementById('video_remote'),
  screencast_window_id: 0x00000000,
  bandwidth: { audio: undefined, video: undefined },
  video_size: { minWidth: undefined, minHeight: undefined, maxWidth: undefined, maxHeight: undefined },
  events_listener: { events: '*', listener: onSipEventSession },
  sip_caps: [
    { name: '+g.oma.sip-im' },
    { name: 'language', value: '\"en,fr\"' }
  ]
};

function pidf(s_basic) {
  return '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="' + account.impu + '">\n' +
    ' <tuple id="page"><status><basic>' + s_basic + '</basic></status></tuple>\n' +
    '</presence>';
}

window.seen = seen;
window.keys = {
  start: function () {
    account.events_listener = { events: '*', listener: onSipEventStack };
    account.sip_headers = [
      { name: 'User-Agent', value: 'IM-client/OMA1.0 sipML5-v1.2016.03.04' },
      { name: 'Organization', value: 'Doubango Telecom' }
    ];
    oSipStack = new SIPml.Stack(account);
    return oSipStack.start();
  },
  stop: function () { return oSipStack.stop(); },
  call: function (s_type, s_to) {
    oSipSessionCall = oSipStack.newSession(s_type, oConfigCall);
    return oSipSessionCall.call(s_to);
  },
  accept: function () { return oSipSessionCall.accept(oConfigCall); },
  hangup: function () {
    return oSipSessionCall.hangup({ events_listener: { events: '*', listener: onSipEventSession } });
  },
  hold: function () { return oSipSessionCall.hold(); },
  resume: function () { return oSipSessionCall.resume(); },
  dtmf: function (s_digit) { return oSipSessionCall.dtmf(s_digit); },
  transfer: function (s_to) { return oSipSessionCall.transfer(s_to); },
  send: function (s_to, s_text) {
    var o_session = oSipStack.newSession('message', {
      events_listener: { events: '*', listener: onSipEventSession }
    });
    return o_session.send(s_to, s_text, 'text/plain;charset=utf-8');
  },
  subscribe: function (s_to) {
    oSipSessionSubscribe = oSipStack.newSession('subscribe', {
      expires: 200,
      events_listener: { events: '*', listener: onSipEventSession },
      sip_headers: [
        { name: 'Event', value: 'presence' },
        { name: 'Accept', value: 'application/pidf+xml' }
      ]
    });
    return oSipSessionSubscribe.subscribe(s_to);
  },
  unsubscribe: function () { return oSipSessionSubscribe.unsubscribe(); },
  publish: function (s_basic) {
    if (!oSipSessionPublish) {
      oSipSessionPublish = oSipStack.newSession('publish', {
        expires: 200,
        events_listener: { events: '*', listener: onSipEventSession },
        sip_headers: [{ name: 'Event', value: 'presence' }]
      });
    }
    return oSipSessionPublish.publish(pidf(s_basic), 'application/pidf+xml');
  },
  unpublish: function () { return oSipSessionPublish.unpublish(); },
  text: function (s_id) { return document.getElementById(s_id).textContent; },
  forget: function () { seen.length = 0; return 0; }
};

SIPml.setDebugLevel('error');
SIPml.init(function () { showStatus('ready'); });
