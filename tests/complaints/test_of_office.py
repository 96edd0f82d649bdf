"""What an official works on is not what she reported herself."""

from complaints.models import Complaint
from tests.complaints.conftest import World


def test_an_officials_own_report_is_hers_to_see_and_not_the_offices_list(world: World) -> None:
    own = world.file(body="공원 벤치가 부서졌어요", by=world.officer, phone="", name="")
    case = world.file()

    assert set(Complaint.objects.visible_to(world.officer)) == {own, case}
    assert set(Complaint.objects.of_office(world.officer)) == {case}
    assert set(Complaint.objects.of_office(world.examiner)) == {own, case}
    assert not Complaint.objects.of_office(world.haneul).exists()
