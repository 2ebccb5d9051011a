// What the booking pages say, in English and Korean.

import {texts} from '../core/language';

export const t = texts({
  concerts: ['Concerts', '공연'],
  myTickets: ['My tickets', '내 예매'],
  noConcerts: ['Nothing is on sale yet.', '아직 판매 중인 공연이 없습니다.'],
  noConcertsMore:
    ['Concerts appear here as soon as somebody adds them.', '공연이 등록되면 여기에 표시됩니다.'],
  waitingRoom: ['Waiting room', '대기실'],
  toConcerts: ['All concerts', '모든 공연'],
  chooseDate: ['Choose a date', '날짜를 고르세요'],
  noSchedules: ['No dates yet.', '아직 일정이 없습니다.'],
  seatsLeft: ['{0} of {1} seats left', '{1}석 중 {0}석 남음'],
  soldOut: ['Sold out', '매진'],
  opensAt: ['Sales open {0}', '판매 시작: {0}'],
  opensIn: ['Sales open in {0}', '{0} 후에 판매가 시작됩니다'],
  opensHint:
    ['This page goes on by itself when sales open.', '판매가 시작되면 자동으로 넘어갑니다.'],
  salesClosed: ['Sales have closed', '판매가 끝났습니다'],
  chooseSeats: ['Choose seats', '좌석 선택'],
  from: ['from {0}', '{0}부터'],
  // the waiting room
  youAreNumber: ['Your place in line', '내 대기 순서'],
  next: ['You are next.', '다음 차례입니다.'],
  aheadOfYou: ['{0} ahead of you', '앞에 {0}명'],
  estimate: ['Estimated wait', '예상 대기 시간'],
  about: ['about {0}', '약 {0}'],
  range: ['{0} to {1}', '{0} ~ {1}'],
  left: ['Seats left', '남은 좌석'],
  leftFrom: ['{0}, from {1}', '{0}석, {1}부터'],
  oddsLow: ['Seats may run out before it is your turn.', '차례가 오기 전에 매진될 수 있습니다.'],
  oddsNone: [
    'There are fewer seats than people ahead of you. You will most likely get none.',
    '앞사람 수보다 남은 좌석이 적습니다. 좌석을 구하기 어렵습니다.'
  ],
  placeKept: [
    'You can reload this page or open it elsewhere: the place is yours. It is kept until {0} after you leave.',
    '새로고침하거나 다른 기기에서 열어도 순서가 유지됩니다. 창을 닫으면 {0}까지 유지됩니다.'
  ],
  leave: ['Leave the line', '대기 취소'],
  leftLine: ['You have left the line.', '대기를 취소했습니다.'],
  placeLost: ['Your turn is over.', '입장 시간이 끝났습니다.'],
  joinAgain: ['Join the line again', '다시 줄 서기'],
  yourTurn: ['It is your turn. Choose your seats.', '입장했습니다. 좌석을 골라 주세요.'],
  lineTrouble: [
    'The connection is lost. Your place is kept; trying again.',
    '연결이 끊겼습니다. 순서는 유지되며 다시 연결하고 있습니다.'
  ],
  // seats
  stage: ['Stage', '무대'],
  mapLabel: [
    'Map of the hall: {0} of {1} seats are free. The list after the map has every seat.',
    '좌석 배치도: {1}석 중 {0}석 선택 가능. 배치도 다음에 모든 좌석의 목록이 있습니다.'
  ],
  zoomIn: ['Zoom in', '확대'],
  zoomOut: ['Zoom out', '축소'],
  wholeHall: ['Whole hall', '전체 보기'],
  free: ['Free', '선택 가능'],
  held: ['Held', '다른 사람이 선택함'],
  sold: ['Sold', '판매됨'],
  chosen: ['Yours', '내 선택'],
  anyPrice: ['Any price', '모든 가격'],
  price: ['Price', '가격'],
  seatList: ['Choose from a list', '목록에서 고르기'],
  section: ['Section', '구역'],
  row: ['Row', '열'],
  rowFree: ['Row {0}: {1} free', '{0}열: {1}석 가능'],
  sectionFree: ['{0}: {1} free, {2}', '{0}: {1}석 가능, {2}'],
  seatsOfRow: ['Seats of {0}, row {1}', '{0} 구역 {1}열 좌석'],
  seatLabel: ['{0}, {1}, {2}', '{0}, {1}, {2}'],
  yourSeats: ['Your seats', '내 좌석'],
  noneChosen: ['None yet. Up to {0} for you.', '아직 없습니다. {0}석까지 고를 수 있습니다.'],
  remove: ['Remove {0}', '{0} 빼기'],
  total: ['Total', '합계'],
  holdSeats: ['Hold seats', '좌석 잡기'],
  holding: ['Holding…', '잡는 중…'],
  bestSeats: ['Best seats', '좋은 좌석'],
  bestHint: ['Let us pick seats next to each other.', '붙어 있는 좋은 좌석을 골라 드립니다.'],
  howMany: ['How many', '좌석 수'],
  limitReached:
    ['You can have up to {0} seats of this date.', '이 일정은 {0}석까지 예매할 수 있습니다.'],
  seatTaken: ['{0} has just been taken.', '{0} 좌석은 방금 판매되었습니다.'],
  bestTaken: ['There are not that many free seats left.', '그만큼 남은 좌석이 없습니다.'],
  allTaken: [
    'All seats are taken now. Held ones may become free again; this page shows it at once.',
    '지금은 남은 좌석이 없습니다. 선점된 좌석이 풀리면 바로 표시됩니다.'
  ],
  takeNearest: ['Take {0} instead (same price)', '{0} 선택 (같은 가격)'],
  noneNear: ['No other free seat has this price.', '같은 가격의 다른 좌석이 없습니다.'],
  mapTrouble: [
    'The map may be out of date: the connection is lost. Trying again.',
    '연결이 끊겨 배치도가 최신이 아닐 수 있습니다. 다시 연결하고 있습니다.'
  ],
  heldAlready: ['You hold seats of this date: {0}.', '이 일정에 잡아 둔 좌석이 있습니다: {0}.'],
  toPayment: ['Go to payment', '결제하러 가기'],
  turnUntil: ['Your turn lasts until {0}.', '{0}까지 선택할 수 있습니다.'],
  // checkout
  payment: ['Payment', '결제'],
  timeLeft: ['Time left to pay', '남은 결제 시간'],
  secondsLeft: ['{0} seconds left to pay.', '결제 시간이 {0}초 남았습니다.'],
  minutesLeft: ['{0} minutes left to pay.', '결제 시간이 {0}분 남았습니다.'],
  seats: ['Seats', '좌석'],
  balance: ['Your points', '보유 포인트'],
  missing: ['Missing', '부족한 포인트'],
  charge: ['Charge {0}', '{0} 충전'],
  charging: ['Charging…', '충전 중…'],
  pay: ['Pay {0}', '{0} 결제'],
  paying: ['Paying…', '결제 중…'],
  payHint: [
    'The seats are yours once this is paid. Nothing is taken twice, even if you press again or reload.',
    '결제가 끝나면 좌석이 확정됩니다. 다시 누르거나 새로고침해도 두 번 결제되지 않습니다.'
  ],
  stillPaying: [
    'The answer to your payment is not here yet. It is asked for again; nothing is paid twice. You may reload.',
    '결제 결과를 아직 받지 못했습니다. 다시 확인하고 있으며 두 번 결제되지 않습니다. 새로고침해도 됩니다.'
  ],
  giveBack: ['Give the seats back', '좌석 취소'],
  givenBack: ['You have given these seats back.', '좌석을 취소했습니다.'],
  holdExpired: ['Time is up: the seats are free again.', '시간이 지나 좌석이 풀렸습니다.'],
  notCharged: ['Nothing was charged for them.', '결제되지 않았습니다.'],
  paymentUndone: [
    'The payment could not be completed and was undone. Your points are back.',
    '결제가 완료되지 않아 취소되었습니다. 포인트는 돌려받았습니다.'
  ],
  paymentParked: [
    'The payment is being looked at by the staff. You do not have to do anything.',
    '담당자가 결제를 확인하고 있습니다. 따로 하실 일은 없습니다.'
  ],
  refunded: ['This was refunded.', '환불되었습니다.'],
  chooseOthers: ['Choose other seats', '다른 좌석 고르기'],
  // ticket
  ticket: ['Your ticket', '예매 완료'],
  paid: ['Paid', '결제 완료'],
  reservationId: ['Reservation', '예매 번호'],
  venue: ['Venue', '장소'],
  date: ['Date', '일시'],
  qrLabel: ['QR code of the ticket {0}', '입장권 {0}의 QR 코드'],
  qrHint: ['Show this code at the door.', '입장할 때 이 코드를 보여 주세요.'],
  noCode: [
    'The code cannot be shown right now. The seats are yours.',
    '지금은 코드를 표시할 수 없습니다. 좌석은 확정되었습니다.'
  ],
  again: ['Try again', '다시 시도'],
  print: ['Print', '인쇄'],
  calendar: ['Add to calendar', '캘린더에 추가'],
  refund: ['Refund', '환불'],
  refundAsk: [
    'Give these seats back and get {0} in points?', '좌석을 취소하고 {0}을 포인트로 돌려받을까요?'
  ],
  refundYes: ['Refund', '환불하기'],
  keep: ['Keep the ticket', '그대로 두기'],
  // mine
  nothingYet: ['No reservations yet.', '아직 예매한 내역이 없습니다.'],
  findConcert: ['Find a concert', '공연 둘러보기'],
  points: ['Points', '포인트'],
  ledger: ['Last changes', '최근 내역'],
  noLedger: ['No points have been charged or used yet.', '충전하거나 사용한 내역이 없습니다.'],
  CHARGE: ['Charged', '충전'],
  USE: ['Used', '사용'],
  REFUND: ['Refunded', '환불'],
  HELD: ['Held', '결제 대기'],
  CONFIRMED: ['Paid', '결제 완료'],
  EXPIRED: ['Expired', '시간 만료'],
  RELEASED: ['Given back', '취소됨'],
  REFUNDED: ['Refunded', '환불됨'],
  what: ['What', '내용'],
  amount: ['Amount', '금액'],
  after: ['Balance', '잔액'],
  notThere: ['There is no such page.', '없는 페이지입니다.'],
  skip: ['Skip to the content', '본문으로 건너뛰기'],
  language: ['Language', '언어'],
});
