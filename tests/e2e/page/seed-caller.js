// The smallest caller that the SIPml API allows. The query string holds what would be constants.
const account = Object.fromEntries(new URLSearchParams(location.search));
let stack;

function call(event) {
  if (event.type !== 'started') return;
  const session = stack.newSession('call-audiovideo', {
    video_local: document.getElementById('video-local'),
    video_remote: document.getElementById('video-remote'),
    audio_remote: document.getElementById('audio-remote'),
  });
  session.call('alice');
}

SIPml.init(function () {
  stack = new SIPml.Stack({
    realm: account.realm,
    impi: account.user,
    impu: 'sip:' + account.user + '@' + account.realm,
    password: account.password,
    websocket_proxy_url: account.server,
    events_listener: { events: 'started', listener: call },
  });
  stack.start();
});
