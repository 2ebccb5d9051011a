// What is said about more time to pay: apart, so that who waits in line need not load it.

import {texts} from '../core/language';

export const timeText = texts({
  more: ['More time', '시간 연장'],
  hint: [
    'Adds {0} to the time that is left. This can be done once.',
    '남은 시간에 {0}을 더합니다. 한 번만 할 수 있습니다.'
  ],
  offered: ['You can ask for more time.', '시간을 연장할 수 있습니다.'],
  given: ['You have more time: pay until {0}.', '시간이 연장되었습니다. {0}까지 결제하세요.'],
});
