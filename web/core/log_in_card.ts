// The way to the identity provider, and in words how it went.

import {texts} from './language';
import {notice} from './parts';
import {h, type Child} from './reactive';
import {logIn, provider, type Reason} from './session';

const t = texts({
  atProvider: [
    'You log in at {0}, and come back to this page.', '{0}에서 로그인한 뒤 이 화면으로 돌아옵니다.'
  ],
  logIn: ['Log in', '로그인'],
  logInAway: [
    'The log-in service cannot be reached right now. You can look around without logging in.',
    '지금은 로그인 서비스에 연결할 수 없습니다. 로그인하지 않아도 둘러볼 수 있습니다.'
  ],
  logInDenied: [
    'You are not logged in: the log-in was cancelled or refused.',
    '로그인이 취소되었거나 거부되어 로그인하지 못했습니다.'
  ],
  logInForeign: [
    'This log-in did not begin on this page, or was used before. Log in again.',
    '이 화면에서 시작하지 않았거나 이미 사용한 로그인입니다. 다시 로그인해 주세요.'
  ],
  logInLate: [
    'The log-in took too long, or was used before. Log in again.',
    '로그인 시간이 지났거나 이미 사용한 로그인입니다. 다시 로그인해 주세요.'
  ],
  logInOver:
    ['Your log-in ended at {0}. Log in again.', '로그인이 {0}에 끝났습니다. 다시 로그인해 주세요.'],
  logInAnswered: ['The log-in service refused: {0}', '로그인 서비스가 거부했습니다: {0}'],
  logInUnfit: [
    'This server and the log-in service do not fit. Please tell whoever runs it: {0}',
    '이 서버와 로그인 서비스의 설정이 맞지 않습니다. 운영자에게 알려 주세요: {0}'
  ],
  logInInsecure: [
    'Logging in needs a secure connection. Open this page with https.',
    '로그인하려면 보안 연결이 필요합니다. https로 접속해 주세요.'
  ],
});

const words = {
  away: 'logInAway',
  denied: 'logInDenied',
  foreign: 'logInForeign',
  late: 'logInLate',
  over: 'logInOver',
  answered: 'logInAnswered',
  unfit: 'logInUnfit',
  insecure: 'logInInsecure',
  again: 'logInLate',
} as const satisfies Record<Reason, string>;

export function logInCard(go: () => void): Child {
  const state = logIn();
  const told = state && state !== 'working' &&
    notice(
      /^(denied|over)$/.test(state.reason) ? 'info' : 'bad', t(words[state.reason], state.detail));
  return h('div', {class: 'card narrow'}, h('h2', {}, t('logIn')), told,
    h('p', {class: 'quiet'}, t('atProvider', new URL(provider!.issuer).host)),
    h('button', {id: 'log-in', class: 'primary', onclick: go}, t('logIn')));
}
