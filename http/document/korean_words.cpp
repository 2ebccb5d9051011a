#include "http/document/problem_words.hpp"

#include <array>

namespace boxoffice::http {
namespace {

constexpr std::array korean_table{
    problem_words{problem_code::malformed_request, "요청 형식이 잘못되었습니다",
                  "요청이 RFC 9112의 HTTP/1.1 형식에 맞지 않습니다. 요청 줄, "
                  "헤더, 주소 또는 길이가 잘못되었고, 연결은 닫힙니다.",
                  "클라이언트가 보내는 내용을 확인하세요. 중간의 "
                  "프록시가 바꾸었을 수도 있습니다."},
    problem_words{problem_code::malformed_json, "본문이 올바른 JSON이 아닙니다",
                  "본문이 JSON이나 UTF-8이 아니거나 같은 이름의 멤버가 두 번 "
                  "있습니다.",
                  "본문을 고치세요. `detail`에 위치가 있습니다."},
    problem_words{problem_code::invalid_field, "값이 없거나 올바르지 않습니다",
                  "값이 빠졌거나 여기에서 받지 않는 값입니다. `errors`에 "
                  "모두 적혀 있습니다.",
                  "`errors`가 가리키는 값을 고쳐 다시 보내세요."},
    problem_words{problem_code::unknown_field, "알 수 없는 멤버가 있습니다",
                  "본문에 여기에서 알지 못하는 멤버가 있습니다. 오타가 "
                  "그냥 지나가지 않도록 아무것도 하지 않았습니다.",
                  "`errors`가 가리키는 이름에 오타가 있는지 보세요."},
    problem_words{problem_code::idempotency_key_required, "Idempotency-Key 헤더가 필요합니다",
                  "이 경로는 반복된 요청을 알아보기 위해 `Idempotency-Key` "
                  "헤더가 있어야 합니다.",
                  "할 일마다 새 키를 정하고, 같은 요청을 다시 보낼 때는 "
                  "같은 키를 쓰세요."},
    problem_words{problem_code::unauthenticated, "유효한 토큰이 필요합니다",
                  "Bearer 토큰이 없거나, 형식이나 서명이 잘못되었거나, "
                  "만료되었습니다.",
                  "새 토큰을 받아 `Authorization: Bearer`로 보내세요."},
    problem_words{problem_code::insufficient_points, "포인트가 부족합니다",
                  "잔액이 금액보다 적습니다. 아무것도 차감되지 않았고, "
                  "좌석은 만료 시각까지 그대로 잡혀 있습니다.",
                  "포인트를 충전한 뒤 새 `Idempotency-Key`로 결제하세요."},
    problem_words{problem_code::forbidden, "권한이 부족합니다",
                  "토큰은 유효하지만 그 역할로는 할 수 없습니다.",
                  "운영자나 관리자의 토큰을 쓰세요."},
    problem_words{problem_code::queue_token_required, "Queue-Token 헤더가 필요합니다",
                  "이 공연의 좌석을 잡고 결제하려면 대기열 토큰이 있어야 "
                  "하는데 `Queue-Token` 헤더가 없습니다.",
                  "대기열에 들어가 ACTIVE가 될 때까지 기다린 뒤 그 토큰을 "
                  "보내세요."},
    problem_words{problem_code::queue_token_invalid, "대기열 토큰이 유효하지 않습니다",
                  "대기열 토큰을 알 수 없거나, 다른 사람이나 다른 공연의 "
                  "것이거나, 이미 끝났습니다.",
                  "대기열에 다시 들어가세요."},
    problem_words{problem_code::queue_not_active, "아직 대기 중입니다",
                  "대기열 토큰이 아직 순서를 기다립니다. `position`이 "
                  "순서입니다.",
                  "`Retry-After` 뒤에 토큰을 다시 조회하고, ACTIVE가 되면 "
                  "요청하세요."},
    problem_words{problem_code::not_found, "찾을 수 없습니다",
                  "이 주소에는 아무것도 없거나, 그런 대기열 토큰이 "
                  "없습니다.",
                  "주소와 로그인한 사용자를 확인하세요."},
    problem_words{problem_code::concert_not_found, "그런 공연이 없습니다",
                  "이 id의 공연이 없습니다.", "공연 목록을 보세요."},
    problem_words{problem_code::schedule_not_found, "그런 회차가 없습니다",
                  "이 id의 회차가 없습니다.", "공연의 회차 목록을 보세요."},
    problem_words{problem_code::seat_not_found, "그런 좌석이 없습니다",
                  "회차에 그 이름의 좌석이나 구역이 없습니다. `seats`에 "
                  "이름이 있습니다.",
                  "회차의 좌석을 조회하세요."},
    problem_words{problem_code::reservation_not_found, "그런 예약이 없습니다",
                  "이 id의 예약이 없거나 다른 사람의 것입니다.", "내 예약 목록을 보세요."},
    problem_words{problem_code::payment_not_found, "그런 결제가 없습니다",
                  "이 id의 결제가 없거나 다른 사람의 것입니다.",
                  "예약을 조회하세요. 결제가 적혀 있습니다."},
    problem_words{problem_code::event_not_found, "그런 이벤트가 없습니다",
                  "아웃박스에 이 id의 이벤트가 없습니다.", "멈춘 이벤트 목록을 보세요."},
    problem_words{problem_code::parked_not_found, "멈춘 것이 없습니다",
                  "이 id로 멈춰 있는 것이 없습니다.",
                  "멈춘 것의 목록을 보세요. 이미 진행되었을 수 있습니다."},
    problem_words{problem_code::method_not_allowed, "허용되지 않는 메서드입니다",
                  "주소는 있지만 이 메서드로는 쓸 수 없습니다. `Allow`에 쓸 "
                  "수 있는 것이 있습니다.",
                  "`Allow`에 있는 메서드를 쓰세요."},
    problem_words{problem_code::not_acceptable, "받을 수 있는 형식이 없습니다",
                  "응답은 그대로 또는 gzip으로 나가는데 `Accept-Encoding`이 둘 "
                  "다 제외합니다.",
                  "둘 중 하나를 받으세요."},
    problem_words{problem_code::seat_taken, "이미 선택된 좌석입니다",
                  "좌석이 이미 잡혔거나 팔렸거나, 남은 좌석이 모자랍니다. "
                  "아무 좌석도 잡히지 않았습니다.",
                  "다른 좌석을 고르세요. `seats`에 나간 좌석이 있습니다. "
                  "시간이 지난 좌석은 다시 풀립니다."},
    problem_words{problem_code::sales_not_open, "아직 판매 전입니다",
                  "이 회차의 판매가 아직 시작되지 않았습니다.", "`opensAt`에 다시 요청하세요."},
    problem_words{problem_code::sales_closed, "판매가 끝났습니다",
                  "이 회차의 판매가 끝났습니다. 이미 잡은 좌석은 결제할 "
                  "수 있습니다.",
                  "다른 회차를 고르세요."},
    problem_words{problem_code::reservation_already_paid, "이미 결제된 예약입니다",
                  "예약이 이미 결제되었습니다. `paymentId`가 그 결제입니다.",
                  "더 할 일이 없습니다. 좌석을 돌려주려면 결제를 "
                  "환불하세요."},
    problem_words{problem_code::reservation_released, "반환된 예약입니다",
                  "좌석이 이미 반환되었거나 환불되었습니다.", "좌석을 다시 잡으세요."},
    problem_words{problem_code::reservation_not_paid, "결제되지 않은 예약입니다",
                  "결제된 예약에만 입장권이 있습니다. `reservationStatus`가 이 예약의 "
                  "상태입니다.",
                  "선점 시간이 끝나기 전에 결제하세요."},
    problem_words{problem_code::payment_in_progress, "결제가 진행 중입니다",
                  "이 예약의 결제나 환불이 진행 중입니다. `paymentId`가 그 "
                  "결제입니다.",
                  "`Retry-After` 뒤에 결제를 조회하세요. 반드시 끝납니다."},
    problem_words{problem_code::payment_not_refundable, "환불할 수 없는 결제입니다",
                  "완료된 결제만, 공연이 시작되기 전에만 환불할 수 "
                  "있습니다.",
                  "결제의 상태를 확인하세요."},
    problem_words{problem_code::already_extended, "이미 연장된 예약입니다",
                  "선점 시간은 한 번만 연장할 수 있고, 이 예약은 이미 연장되었습니다. 예약의 "
                  "`expiresAt`까지 유효합니다.",
                  "그때까지 결제하세요."},
    problem_words{problem_code::extension_not_offered, "시간을 연장할 수 없는 회차입니다",
                  "이 회차는 선점 시간을 연장해 주지 않습니다.",
                  "예약의 `expiresAt`까지 결제하세요."},
    problem_words{problem_code::saga_not_parked, "멈춘 결제가 아닙니다",
                  "멈춘 결제만 재개하거나 중단할 수 있습니다. `state`가 "
                  "지금 상태입니다.",
                  "기다리세요. 멈추지 않은 사가는 스스로 진행됩니다."},
    problem_words{problem_code::event_not_parked, "멈춘 이벤트가 아닙니다",
                  "이 이벤트를 멈춰 둔 소비자가 없습니다.", "멈춘 이벤트 목록을 보세요."},
    problem_words{problem_code::still_refused, "저장소가 여전히 거부합니다",
                  "저장소가 전과 같이 변경을 거부합니다. `reason`이 "
                  "이유입니다.",
                  "이유를 해결한 뒤 다시 시도하거나 포기하세요."},
    problem_words{problem_code::idempotency_in_flight, "같은 키의 요청이 처리 중입니다",
                  "이 키의 첫 요청이 아직 끝나지 않았거나 결과를 아직 알 "
                  "수 없습니다.",
                  "`Retry-After` 뒤에 같은 키로 같은 요청을 보내면 첫 응답을 "
                  "받습니다."},
    problem_words{problem_code::reservation_expired, "만료된 예약입니다",
                  "예약이 `expiredAt`에 만료되어 좌석이 풀렸습니다.", "좌석을 다시 잡으세요."},
    problem_words{problem_code::payload_too_large, "본문이 너무 큽니다",
                  "본문이 허용 크기를 넘습니다. 64 KiB, 회차 등록은 4 "
                  "MiB까지입니다.",
                  "더 작게 보내세요."},
    problem_words{problem_code::unsupported_media_type, "본문은 application/json이어야 합니다",
                  "본문은 UTF-8의 `application/json`이어야 하고 압축하면 안 "
                  "됩니다.",
                  "`Content-Type: application/json`을 쓰고 `Content-Encoding`은 빼세요."},
    problem_words{problem_code::headers_too_large, "헤더가 너무 큽니다",
                  "헤더가 16 KiB 또는 100개를 넘습니다.", "헤더를 줄이세요."},
    problem_words{problem_code::seat_limit_exceeded, "1인당 좌석 수를 넘었습니다",
                  "잡은 좌석과 산 좌석을 합쳐 회차가 허용하는 수를 넘게 "
                  "됩니다. `max`가 최대입니다.",
                  "좌석을 줄이거나 일부를 반환하세요."},
    problem_words{problem_code::amount_out_of_range, "금액이 범위를 벗어났습니다",
                  "충전은 `min` 이상 `max` 이하여야 합니다.", "다른 금액으로 충전하세요."},
    problem_words{problem_code::balance_limit_exceeded, "잔액 한도를 넘습니다",
                  "잔액이 계정의 한도를 넘게 됩니다.", "더 적게 충전하세요."},
    problem_words{problem_code::idempotency_key_reused, "다른 요청에 쓴 키입니다",
                  "같은 키가 다른 본문과 함께 쓰인 적이 있습니다.", "새 요청에는 새 키를 쓰세요."},
    problem_words{problem_code::rate_limited, "요청이 너무 많습니다",
                  "한 사용자나 한 주소에서 1초에 받는 것보다 많은 요청이 "
                  "왔습니다.",
                  "`Retry-After` 뒤에, 더 천천히 요청하세요."},
    problem_words{problem_code::internal, "서버 오류입니다",
                  "서버의 오류이거나, 저장소가 내용 때문에 거부한 "
                  "변경입니다. 아무것도 바뀌지 않았습니다.",
                  "서버 운영자에게 `requestId`를 알려 주세요."},
    problem_words{problem_code::overloaded, "지금은 요청이 너무 몰립니다",
                  "처리 중인 요청이 너무 많습니다. 이 요청은 확실히 "
                  "처리되지 않았습니다.",
                  "`Retry-After` 뒤에 같은 키로 다시 보내세요."},
    problem_words{problem_code::unavailable, "서비스 일부를 쓸 수 없습니다",
                  "서비스의 일부가 지금 응답하지 못합니다. 이 요청은 "
                  "확실히 처리되지 않았습니다.",
                  "`Retry-After` 뒤에 같은 키로 다시 보내세요."},
    problem_words{problem_code::http_version_not_supported, "지원하지 않는 HTTP 버전입니다",
                  "HTTP/1.1과 HTTP/1.0만 지원합니다. 연결은 닫힙니다.", "HTTP/1.1을 쓰세요."},
};
static_assert(has_every_problem(korean_table));

}  // namespace

const problem_words& korean_words(problem_code code) {
  return korean_table[static_cast<std::size_t>(code)];
}

}  // namespace boxoffice::http
