// Signing in: at the identity provider that the server names, with a name where it hands out tokens to
// try things out, else with a token.

import {ask} from './api';
import {texts} from './language';
import {failure, loading, notice} from './parts';
import {h, signal, type Child} from './reactive';
import {claimsOf, endsSoon, keeper, keepSession, logIn, provider, session, signInByName, type Session} from './session';

const t = texts({
  signInTitle: ['Sign in', '로그인'],
  yourName: ['Your name', '이름'],
  nameRule:
    ['Letters, digits, - and _, up to 40.', '영문자, 숫자, -, _ 를 40자까지 쓸 수 있습니다.'],
  tryingOut:
    ['This server is for trying out: a name is enough.', '체험용 서버이므로 이름만 있으면 됩니다.'],
  continue_: ['Continue', '계속'],
  role: ['Role', '역할'],
  yourToken: ['Your token', '토큰'],
  tokenRule: [
    'This server has no sign-in page. Paste a token that it accepts.',
    '이 서버에는 로그인 화면이 없습니다. 서버가 받는 토큰을 붙여 넣어 주세요.'
  ],
  noToken: ['This is no token, or it has expired.', '토큰이 아니거나 만료되었습니다.'],
  signOut: ['Sign out', '로그아웃'],
  staySignedIn: ['Stay logged in', '로그인 연장'],
});

/** What signs in; the page is made anew by the change of the session. */
export function signInForm(roles: string[]): Child {
  if (!provider) return form(roles);
  // Without the part that knows how to, another version is served by now.
  const way = (): Child => logIn() === 'working' ? h('div', {class: 'card narrow'}, loading()) :
    keeper                                       ? keeper.card() :
                                                   failure(new TypeError());
  return [way, signInByName && form(roles)];
}

function form(roles: string[]): Child {
  const problem = signal<Child>(null);
  const name = h('input', {
    id: 'name',
    autocomplete: 'username',
    required: true,
    maxlength: 40,
    pattern: '[A-Za-z0-9_\\-]+',
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': 'name-rule',
  });
  const token = h('textarea', {id: 'token', required: true, rows: 4, spellcheck: 'false'});
  const role = h('select', {id: 'role'}, roles.map((one) => h('option', {value: one}, one)));
  const submit = async(event: Event): Promise<void> => {
    event.preventDefault();
    problem.set(null);
    try {
      const next =
        signInByName ? await byName(name.value, role.value) : claimsOf(token.value.trim());
      if (next && Date.parse(next.expiresAt) > Date.now())
        keepSession(next);
      else
        problem.set(notice('bad', t('noToken')));
    } catch (error) {
      problem.set(failure(error));
    }
  };
  return h('form', {class: 'card narrow', onsubmit: submit}, h('h2', {}, t('signInTitle')),
    signInByName ?
      [
        h('p', {class: 'quiet'}, t('tryingOut')),
        h('label',
          { for: 'name'
          },
          t('yourName')),
        name, h('p', {id: 'name-rule', class: 'hint'}, t('nameRule')),
        roles.length > 1 &&
          [
            h('label',
              { for: 'role'
              },
              t('role')),
            role
          ]
      ] :
      [
        h('p', {class: 'quiet'}, t('tokenRule')),
        h('label',
          { for: 'token'
          },
          t('yourToken')),
        token
      ],
    () => problem(), h('button', {class: 'primary'}, t('continue_')));
}

async function byName(userId: string, role: string): Promise<Session> {
  const {body} = await ask<{token: string; expiresAt: string}>(
    '/v1/dev/tokens', {method: 'POST', body: {userId, role}});
  return {user: userId, role, token: body.token, expiresAt: body.expiresAt};
}

export function whoIsThere(): Child {
  const who = session();
  const signOut = (): void => who?.fleeting && keeper ? keeper.signOut() : keepSession(null);
  return who && [
    endsSoon() &&
      h('button', {id: 'stay', class: 'small', onclick: () => keeper?.logIn()}, t('staySignedIn')),
    h('span', {class: 'who'}, who.name ?? who.user),
    h('button', {class: 'plain', onclick: signOut}, t('signOut'))
  ];
}
